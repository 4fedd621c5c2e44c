from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    name = "volunteers"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from seals import planning  # noqa: PLC0415
        from seals.lift import register_check  # noqa: PLC0415
        from volunteers import lift, planners  # noqa: PLC0415

        planning.register("care", planners.CarePlanner())
        register_check(lift.calls_made)

        from volunteers import merged  # noqa: PLC0415

        merged.connect()
