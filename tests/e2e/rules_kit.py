"""A running relais with rules."""
import json
import os

from harness import Relais


class Ruled(Relais):
    def __init__(self, rules, *arguments, **more):
        super().__init__(*arguments, **more)
        path = os.path.join(self.folder.name, 'rules.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump({'rules': rules}, file)
        self.arguments += ['--rules-file', path]
