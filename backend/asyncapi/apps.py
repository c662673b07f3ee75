from django.apps import AppConfig


class AsyncApiConfig(AppConfig):
    name = "backend.asyncapi"
