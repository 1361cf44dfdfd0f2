"""Upstreams of each dialect, as accounts."""

MODELS = {'chat': 'gpt-5.2', 'responses': 'gpt-5.2', 'anthropic': 'claude-sonnet-4-5', 'gemini': 'gemini-3.1-pro-preview'}
PROVIDERS = {'chat': ('openai', 'openai-chat', '/v1'), 'responses': ('openai', 'openai-responses', '/v1'),
             'anthropic': ('anthropic', 'anthropic', ''), 'gemini': ('gemini', 'gemini', '')}


def account(dialect, upstream, **more):
    provider, name, tail = PROVIDERS[dialect]
    return {'id': f'a-{dialect}', 'label': f'The {dialect}', 'provider': provider, 'dialects': [name],
            'base_url': upstream.url + tail, 'api_key': upstream.secret, **more}
