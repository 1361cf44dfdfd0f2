"""What the tests share that drive the window over the accessibility bus, as a screen reader would."""
import gettext
import os
import shutil
import subprocess
import threading
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

State = Atspi.StateType
# Between keys: what one opens has to be there for the next. Sanitizers make it slow.
PAUSE = 0.4 if 'ASAN_OPTIONS' in os.environ else 0.1


class Words:
    """What the window says, in the language it is run in."""
    catalog = gettext.NullTranslations()

    @classmethod
    def set_language(cls, language):
        cls.catalog = gettext.NullTranslations()
        if language != 'en':
            cls.catalog = gettext.translation('relais', os.environ['RELAIS_LOCALEDIR'], [language])


def said(text, count=None):
    """As it is shown, without the mark of its mnemonic; with a count, the form for it."""
    shown_text = Words.catalog.gettext(text) if count is None else Words.catalog.ngettext(text, text, count)
    return shown_text.replace('_', '')


def key_of(text):
    """The keys of its mnemonic."""
    translated = Words.catalog.gettext(text)
    return 'alt+' + translated[translated.index('_') + 1].lower()


def is_on_bus(name):
    return Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
        'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'NameHasOwner',
        GLib.Variant('(s)', (name,)), None, Gio.DBusCallFlags.NONE, 5000, None)[0]


def settle_in(home, language='en', width=900, dark=False):
    """A home of its own for the program, a keyring in it, and how it looks there."""
    runtime, config = os.path.join(home, 'run'), os.path.join(home, 'config')
    os.mkdir(runtime, 0o700)
    shutil.copytree(os.environ['XDG_CONFIG_HOME'], config)
    os.environ.update(HOME=home, XDG_DATA_HOME=os.path.join(home, 'data'), XDG_RUNTIME_DIR=runtime,
                      XDG_CONFIG_HOME=config, GSETTINGS_BACKEND='keyfile', LANGUAGE=language,
                      ADW_DEBUG_COLOR_SCHEME='prefer-dark' if dark else 'prefer-light')
    Words.set_language(language)
    store_settings(window_width=width)
    subprocess.run(['gnome-keyring-daemon', '--unlock', '--components=secrets'], input=b'pw', check=True, timeout=20,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # asked for any sooner the bus would start a second one, which knows no password
    until(lambda: is_on_bus('org.freedesktop.secrets'), 'the keyring to be on the bus')


def store_settings(**settings):
    """Before the program starts; replaces what was stored."""
    folder = os.path.join(os.environ['XDG_CONFIG_HOME'], 'glib-2.0', 'settings')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'keyfile'), 'w', encoding='utf-8') as file:
        file.write('[dev/relais/Relais]\n')
        file.writelines(f'{name.replace("_", "-")}={value}\n' for name, value in settings.items())


def until(check, what, seconds=60 if 'ASAN_OPTIONS' in os.environ else 20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = check()
            if found:
                return found
        except GLib.Error:  # gone between two calls
            pass
        time.sleep(0.03)
    raise SystemExit(f'not ok: waited {seconds} s for {what}')


def has(node, state):
    return node.get_state_set().contains(state)


def walk(node):
    yield node
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child:
            yield from walk(child)


def find(root, role, name):
    # GTK 4.8 joins a mnemonic label and its text: '_Start Start'
    return next((n for n in walk(root) if n.get_role_name() == role and has(n, State.VISIBLE)
                 and (n.get_name() == name or n.get_name().endswith(' ' + name))), None)


def wait_for(root, role, name):
    return until(lambda: find(root, role, name), f'{role} “{name}”')


def press(root, name, role='push button'):
    node = wait_for(root, role, name)
    until(lambda: has(node, State.SENSITIVE), f'“{name}” to be sensitive')
    node.do_action(0)


def text_of(node):
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def application():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(i)
        if app and app.get_name() in ('relais-window', 'relais', 'dev.relais.Relais'):
            return app
    return None


def on_display(title):
    """The windows of that title that are in sight, by their number."""
    return subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', f'^{title}$'], text=True,
                          capture_output=True, timeout=5, check=False).stdout.split()


def type_keys(title, *keys):
    """Combo rows have no action on the bus: the keyboard it is."""
    window = until(lambda: on_display(title), title)[-1]
    subprocess.run(['xdotool', 'windowfocus', '--sync', window], timeout=5, check=True)
    for key in keys:
        subprocess.run(['xdotool', 'key', key], timeout=5, check=True)
        time.sleep(PAUSE)


def type_text(text):
    """Into what has the focus."""
    subprocess.run(['xdotool', 'type', '--delay', '5', text], timeout=20, check=True)


def focused(root):
    return next((node for node in walk(root) if has(node, State.FOCUSED)), None)


def tab_to(title, root, roles, limit=40):
    """By the Tab key alone."""
    for _ in range(limit):
        node = focused(root)
        if node and node.get_role_name() in roles:
            return node
        type_keys(title, 'Tab')
    raise SystemExit(f'not ok: Tab does not lead to one of {roles}')


def shown(root, name):
    """The label of that name that a person can see: what a stack hides has no size."""
    for node in walk(root):
        if node.get_role_name() == 'label' and node.get_name() == name and has(node, State.VISIBLE):
            box = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
            if box.width > 1 and box.height > 1:
                return node
    return None


def see_whole_stacks():
    """GLib leaves its first table of quarks behind once it has outgrown it. Under the leak sanitizer that can be told
    from leaks of ours by its whole stack alone, which takes its time to walk."""
    if 'ASAN_OPTIONS' in os.environ:
        os.environ['ASAN_OPTIONS'] += ':fast_unwind_on_malloc=0'


class Notifications:
    """Who shows notifications on the session bus. Without one GLib warns of each."""
    NAME, PATH = 'org.freedesktop.Notifications', '/org/freedesktop/Notifications'
    INTERFACE = f"""<node><interface name='{NAME}'>
      <method name='GetCapabilities'><arg type='as' direction='out'/></method>
      <method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
        <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>
        <arg type='a{{sv}}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>
      <method name='CloseNotification'><arg type='u' direction='in'/></method>
    </interface></node>"""

    def __init__(self):
        self.shown = {}  # title, body and actions, by number
        self.last = 0
        context = GLib.MainContext.new()
        context.push_thread_default()
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ['DBUS_SESSION_BUS_ADDRESS'], Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        node = Gio.DBusNodeInfo.new_for_xml(self.INTERFACE)
        self.bus.register_object(self.PATH, node.interfaces[0], self.called, None, None)
        context.pop_thread_default()
        self.bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'RequestName',
                           GLib.Variant('(su)', (self.NAME, 0)), None, Gio.DBusCallFlags.NONE, -1, None)
        self.loop = GLib.MainLoop.new(context, False)
        threading.Thread(target=self.loop.run, daemon=True).start()

    def called(self, _bus, _sender, _path, _interface, method, parameters, call):
        if method == 'Notify':
            _, replaced, _, title, body, actions, *_ = parameters.unpack()
            self.last += 1
            number = replaced or self.last
            self.shown[number] = (title, body, actions)
            call.return_value(GLib.Variant('(u)', (number,)))
        elif method == 'CloseNotification':
            self.shown.pop(parameters.unpack()[0], None)
            call.return_value(None)
        else:
            call.return_value(GLib.Variant('(as)', (['actions', 'body'],)))

    def titles(self):
        """Of what is shown now."""
        return [title for title, *_ in list(self.shown.values())]

    def wait_for(self, title):
        """The body of the one of that title."""
        until(lambda: title in self.titles(), f'a notification “{title}”')
        return next(body for other, body, _ in list(self.shown.values()) if other == title)

    def press(self, title, label=None):
        """One of its buttons, or itself; it goes."""
        number, actions = next((n, actions) for n, (other, _, actions) in list(self.shown.items()) if other == title)
        action = actions[actions.index(label) - 1] if label else 'default'
        del self.shown[number]
        for signal, parameters in (('ActionInvoked', GLib.Variant('(us)', (number, action))),
                                   ('NotificationClosed', GLib.Variant('(uu)', (number, 2)))):
            self.bus.emit_signal(None, self.PATH, self.NAME, signal, parameters)

    def close(self):
        self.bus.close_sync(None)
        self.loop.quit()


class Program:
    """The program under test, whose warnings are failures."""

    def __init__(self, command, log, in_sight=True):
        self.log = log
        self.in_sight = in_sight
        self.notices = Notifications()
        environment = dict(os.environ, G_DEBUG='fatal-warnings')
        with open(log, 'ab') as out:
            self.process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        self.status = None  # told to end, it has to

    def quit(self, title, key):
        type_keys(title, key)
        self.wait(key)

    def wait(self, what):
        """Until it has ended, as @what told it to."""
        self.status = self.process.wait(10)
        if self.status != 0:
            raise SystemExit(f'not ok: {what} ended it with {self.status}')

    def __enter__(self):
        try:
            if self.in_sight:
                self.root = until(application, 'the window on the accessibility bus')
        except BaseException:
            self.process.kill()
            self.process.wait(10)
            raise
        return self

    def __exit__(self, kind, error, _):
        status = self.process.poll()
        if status is None:
            self.process.terminate()
            self.process.wait(10)
        self.notices.close()
        with open(self.log, encoding='utf-8') as said:
            said = said.read()
        if status != self.status:
            raise SystemExit(f'not ok: the program ended by itself with {status}\n{said}{error or ""}')
        if kind is not None:
            print(said)
        elif 'WARNING' in said or 'CRITICAL' in said:
            raise SystemExit(f'not ok: it warned\n{said}')
