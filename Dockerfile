# One image for web, api, worker, beat and relay: docker-compose.yml says which is which.

FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --require-hashes --no-deps --only-binary :all: -r /tmp/base.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=backend.config.settings \
    LOG_FORMAT=json \
    SHOPWIRE_DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    API_PORT=8100
RUN useradd --system --uid 10001 --no-create-home shopwire \
    && install --directory --owner shopwire /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/shopwire
COPY . .
USER shopwire
VOLUME /data
EXPOSE 8000 8100
CMD ["python", "-m", "backend.config.web"]
