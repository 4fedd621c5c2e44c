from django.urls import path

from compounds import member_views, settings_views, views
from compounds.signin import account, link_views
from compounds.signin import views as signin

app_name = "compounds"
urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", signin.sign_in, name="sign-in"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("language/", views.language_set, name="language-set"),
    path("face/", views.face_set, name="face-set"),
    path("theme/", views.face_set, name="theme-set"),
    path("company/compounds/new/", views.compound_new, name="compound-new"),
    path("c/<slug:compound>/settings/", settings_views.settings_page, name="settings"),
    path("c/<slug:compound>/settings/homes/", settings_views.homes_add, name="homes-add"),
    path("c/<slug:compound>/settings/members/", settings_views.member_add, name="member-add"),
    path(
        "c/<slug:compound>/settings/members/<int:member>/end/",
        member_views.member_end,
        name="member-end",
    ),
    path("c/<slug:compound>/settings/tokens/", settings_views.token_issue, name="token-issue"),
    path(
        "c/<slug:compound>/settings/tokens/<int:token>/revoke/",
        settings_views.token_revoke,
        name="token-revoke",
    ),
    path(
        "c/<slug:compound>/settings/retention/", settings_views.retention_set, name="retention-set"
    ),
    path("c/<slug:compound>/settings/roles/", settings_views.roles_page, name="roles"),
    path(
        "c/<slug:compound>/settings/roles/<slug:role>/second-factor/",
        settings_views.second_factor_rule,
        name="second-factor-rule",
    ),
    path(
        "c/<slug:compound>/settings/members/<int:member>/",
        member_views.member_page_,
        name="member",
    ),
    path(
        "c/<slug:compound>/settings/members/<int:member>/limits/",
        member_views.member_limit,
        name="member-limit",
    ),
    path(
        "c/<slug:compound>/settings/members/<int:member>/reset/",
        member_views.member_reset,
        name="member-reset",
    ),
    path(
        "c/<slug:compound>/settings/members/<int:member>/sessions/end/",
        member_views.member_sessions_end,
        name="member-sessions-end",
    ),
    path(
        "c/<slug:compound>/settings/members/<int:member>/links/",
        member_views.link_make,
        name="link-make",
    ),
    path(
        "c/<slug:compound>/settings/links/<int:link>/revoke/",
        member_views.link_revoke,
        name="link-revoke",
    ),
    path("sign-in/second/", signin.second_step, name="sign-in-second"),
    path("sign-in/passkey/", signin.sign_in_passkey, name="sign-in-passkey"),
    path("sign-in/passkey/options/", signin.passkey_options, name="passkey-options"),
    path("operators/login/", signin.operators_sign_in, name="operators-sign-in"),
    path("l/<str:code>/", link_views.link, name="link"),
    path("account/", account.account, name="account"),
    path("account/duties/", account.duties, name="duties"),
    path("account/prove/", signin.prove, name="prove"),
    path("account/password/", account.password_change, name="password-change"),
    path("account/apps/new/", account.app_new, name="app-new"),
    path("account/passkeys/", account.passkey_add, name="passkey-add"),
    path("account/passkeys/options/", account.passkey_new_options, name="passkey-new-options"),
    path("account/recovery/", account.recovery_new, name="recovery-new"),
    path("account/sessions/end/", account.sessions_end, name="sessions-end"),
    path("account/keys/<slug:kind>/<int:key>/name/", account.key_name, name="key-name"),
    path("account/keys/<slug:kind>/<int:key>/remove/", account.key_remove, name="key-remove"),
    path("account/second/<slug:compound>/", account.second_needed, name="second-needed"),
]
