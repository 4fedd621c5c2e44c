from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    name = "volunteers"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.keeping import register_keeper  # noqa: PLC0415
        from seals import planning  # noqa: PLC0415
        from seals.lift import register_check  # noqa: PLC0415
        from volunteers import lift, merged, planners  # noqa: PLC0415
        from volunteers.ask_keeper import AskKeeper  # noqa: PLC0415
        from volunteers.keeper import CareKeeper  # noqa: PLC0415

        planning.register("care", planners.CarePlanner())
        register_check(lift.calls_made)
        merged.connect()
        register_keeper(CareKeeper())
        register_keeper(AskKeeper())
