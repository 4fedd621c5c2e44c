"""Import this before any model: the apps are loaded with the environment as it is now."""

import django

django.setup()
