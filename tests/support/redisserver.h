// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/literals.h"

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtCore/QUrl>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

#include <csignal>

//! A redis-server for one test, on a free port, which stores nothing on disk.
class RedisServer
{
public:
    enum class Line { Plain, Encrypted };

    explicit RedisServer(const QStringList &arguments = {}, Line line = Line::Plain)
        : m_arguments(arguments)
        , m_line(line)
    {
        QTcpServer server;
        server.listen(QHostAddress(QHostAddress::LocalHost));
        m_port = server.serverPort();
        server.close();
    }

    ~RedisServer() { kill(); }

    //! Starts the server, again after kill() if needed, and waits until it answers.
    bool start()
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.setStandardOutputFile(QProcess::nullDevice());
        const QString port = QString::number(m_port);
        const QStringList line = m_line == Line::Plain
            ? QStringList{u"--port"_s, port}
            : QStringList{u"--port"_s, u"0"_s, u"--tls-port"_s, port};
        m_process.start(QREPOD_REDIS_SERVER,
                        line
                            + QStringList{u"--bind"_s, u"127.0.0.1"_s, u"--save"_s, QString(),
                                          u"--appendonly"_s, u"no"_s, u"--dir"_s, m_folder.path()}
                            + m_arguments);
        return m_process.waitForStarted() && eventually([this] {
                   QTcpSocket socket;
                   socket.connectToHost(u"127.0.0.1"_s, m_port);
                   return socket.waitForConnected(1000);
               });
    }

    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    //! Acts like a machine that has no time for it.
    void stall() { ::kill(pid_t(m_process.processId()), SIGSTOP); }
    void resume() { ::kill(pid_t(m_process.processId()), SIGCONT); }

    //! Runs a command, like `redis-cli`; \return the answer.
    QByteArray tell(const QByteArray &command) const
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, m_port);
        if (!socket.waitForConnected())
            return {};
        socket.write(command + "\r\n");
        return socket.waitForReadyRead() ? socket.readAll() : QByteArray();
    }

    quint16 port() const { return m_port; }
    QUrl url(const QString &user = {}) const
    {
        const QString scheme = m_line == Line::Plain ? u"redis://"_s : u"rediss://"_s;
        return QUrl(scheme + user + u"127.0.0.1:%1"_s.arg(m_port));
    }

private:
    Q_DISABLE_COPY_MOVE(RedisServer)

    const QStringList m_arguments;
    const Line m_line;
    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};
