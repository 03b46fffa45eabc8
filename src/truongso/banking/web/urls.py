"""Addresses of the banking room."""

from django.urls import path

from truongso.banking.web import feeds, hooks, lines, queue, statements

app_name = "banking"

urlpatterns = [
    path("hooks/sepay/<str:connection>", hooks.sepay, name="hook_sepay"),
    path("thu/doi-soat", queue.queue, name="queue"),
    path("thu/doi-soat/khop-lai", queue.match_again, name="match_again"),
    path("thu/doi-soat/tai-ve", queue.export, name="queue_export"),
    path("thu/giao-dich/<str:public_id>", lines.line_page, name="line"),
    path("thu/giao-dich/<str:public_id>/ghi-nhan", lines.assign, name="assign"),
    path("thu/giao-dich/<str:public_id>/xep-lai", lines.set_aside, name="set_aside"),
    path("thu/giao-dich/<str:public_id>/hoan-tac", lines.undo, name="undo"),
    path("thu/sao-ke", statements.overview, name="statements"),
    path("thu/sao-ke/tai-len", statements.upload, name="upload"),
    path("thu/sao-ke/<str:public_id>", statements.statement_page, name="statement"),
    path("thu/sao-ke/<str:public_id>/nhap", statements.apply, name="apply"),
    path("thu/sao-ke/<str:public_id>/tep", statements.original, name="original"),
    path("thu/sao-ke/<str:public_id>/dong-chua-nhap", statements.refused, name="refused"),
    path("thu/ket-noi", feeds.connections, name="feeds"),
    path("thu/ket-noi/moi", feeds.connect, name="connect"),
    path("thu/ket-noi/<str:public_id>/ngung", feeds.disconnect, name="disconnect"),
]
