// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtHttpServer/QHttpServer>
#include <QtHttpServer/QHttpServerResponse>
#include <QtNetwork/QTcpServer>

#include <memory>

//! Serves the pages of examples/browser, for players who open them from the game's own server.
///
/// It also serves the package that they need, once `npm install` has installed it.
class PageServer
{
public:
    //! Serves \a page at the root, and passes it the port of the gate.
    PageServer(const QString &page, quint16 gatePort)
        : m_folder(QREPOD_BROWSER_FOLDER)
    {
        m_http.route("/<arg>", [=, this](const QUrl &path) {
            return path.isEmpty() ? redirection(page, gatePort) : file(path.path());
        });
    }

    //! Listens on \a host, or on all addresses if it is empty. \return false if that is not
    //! possible.
    bool listen(const QString &host, int port)
    {
        if (port < 0 || port > 65535)
            return false;
        const QHostAddress address =
            host.isEmpty() ? QHostAddress(QHostAddress::Any) : QHostAddress(host);
        auto socket = std::make_unique<QTcpServer>();
        if (!socket->listen(address, quint16(port)))
            return false;
        m_port = socket->serverPort();
        m_http.bind(socket.release()); // m_http owns it from now on
        return true;
    }

    quint16 port() const { return m_port; }

private:
    static QHttpServerResponse redirection(const QString &page, quint16 gatePort)
    {
        const QString html =
            "<!DOCTYPE html><meta http-equiv=\"refresh\" content=\"0; url=/%1?port=%2\">";
        return {"text/html; charset=utf-8", html.arg(page).arg(gatePort).toUtf8()};
    }

    //! Returns a file below the folder: only scripts and pages with plain names.
    QHttpServerResponse file(const QString &path) const
    {
        static const QRegularExpression plain(
            R"(^(@?\w[\w-]*(\.\w+)*/)*\w[\w-]*(\.\w+)*\.(html|m?js)$)");
        QFile file(m_folder.filePath(path));
        if (!plain.match(path).hasMatch() || !file.open(QIODevice::ReadOnly))
            return QHttpServerResponse(QHttpServerResponse::StatusCode::NotFound);
        const QByteArray type = path.endsWith("js") ? "text/javascript" : "text/html";
        return QHttpServerResponse(type + "; charset=utf-8", file.readAll());
    }

    const QDir m_folder;
    QHttpServer m_http;
    quint16 m_port = 0;
};
