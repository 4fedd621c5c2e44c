from django.urls import path

from compounds import views

app_name = "compounds"
urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("language/", views.language_set, name="language-set"),
    path("face/", views.face_set, name="face-set"),
    path("theme/", views.face_set, name="theme-set"),
    path("company/compounds/new/", views.compound_new, name="compound-new"),
    path("c/<slug:compound>/settings/", views.settings_page, name="settings"),
    path("c/<slug:compound>/settings/homes/", views.homes_add, name="homes-add"),
    path("c/<slug:compound>/settings/members/", views.member_add, name="member-add"),
    path(
        "c/<slug:compound>/settings/members/<int:member>/end/",
        views.member_end,
        name="member-end",
    ),
    path("c/<slug:compound>/settings/tokens/", views.token_issue, name="token-issue"),
    path(
        "c/<slug:compound>/settings/tokens/<int:token>/revoke/",
        views.token_revoke,
        name="token-revoke",
    ),
    path("c/<slug:compound>/settings/roles/", views.roles_page, name="roles"),
    path("c/<slug:compound>/settings/retention/", views.retention_set, name="retention-set"),
]
