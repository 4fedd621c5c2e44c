from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    name = "supplies"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.keeping import register_keeper  # noqa: PLC0415
        from seals import planning  # noqa: PLC0415
        from supplies import keeping, planners  # noqa: PLC0415

        planning.register("food", planners.FoodPlanner())
        register_keeper(keeping.SuppliesKeeper())
