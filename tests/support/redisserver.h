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

//! A redis-server of the test's own, on a free port, which keeps nothing on disk.
class RedisServer
{
public:
    explicit RedisServer(const QStringList &arguments = {})
        : m_arguments(arguments)
    {
        QTcpServer server;
        server.listen(QHostAddress(QHostAddress::LocalHost));
        m_port = server.serverPort();
        server.close();
    }

    ~RedisServer() { kill(); }

    //! Starts it, also again after kill(), and waits until it answers.
    bool start()
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.start(QREPOD_REDIS_SERVER,
                        QStringList{u"--port"_s, QString::number(m_port), u"--bind"_s,
                                    u"127.0.0.1"_s, u"--save"_s, QString(), u"--appendonly"_s,
                                    u"no"_s, u"--dir"_s, m_folder.path()}
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

    //! As a machine that has no time for it.
    void stall() { ::kill(pid_t(m_process.processId()), SIGSTOP); }
    void resume() { ::kill(pid_t(m_process.processId()), SIGCONT); }

    quint16 port() const { return m_port; }
    QUrl url(const QString &user = {}) const
    {
        return QUrl(u"redis://"_s + user + u"127.0.0.1:%1"_s.arg(m_port));
    }

private:
    Q_DISABLE_COPY_MOVE(RedisServer)

    const QStringList m_arguments;
    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};
