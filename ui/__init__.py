"""The look of Tsunagi: design tokens, base templates, components and small JS modules.

The lowest floor: it knows pages, fields and states by name, never a model, and imports no
other app. Pages extend `ui/staff.html`, `ui/phone.html` or `ui/sign_in.html`; the class names
are listed at the top of `static/ui/components.css`, and `/ui/` shows everything (demo only).
"""
