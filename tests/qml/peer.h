// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Server>
#include <QRepod/Test/FaultProxy>

#include <QtCore/QVariantMap>
#include <QtQml/qqml.h>

#include <memory>

//! The other end of a ConnectionListener: a server in C++, which keeps the values as they arrive,
//! before QML turns them into JavaScript's.
class Peer : public QObject
{
    Q_OBJECT
    QML_ELEMENT

    Q_PROPERTY(int port READ port NOTIFY listeningChanged FINAL)
    Q_PROPERTY(int clients READ clients NOTIFY clientsChanged FINAL)
    Q_PROPERTY(int connections READ connections NOTIFY clientsChanged FINAL) ///< ever made
    Q_PROPERTY(int received READ received NOTIFY messageReceived FINAL)

public:
    explicit Peer(QObject *parent = nullptr);
    ~Peer() override;

    int port() const { return m_server.port(); }
    int clients() const { return int(m_server.channels().size()); }
    int connections() const { return m_connections; }
    int received() const { return int(m_messages.size()); }

    //! A port that nobody listens on.
    Q_INVOKABLE int freePort() const;

    //! Listens on another port; the clients stay.
    Q_INVOKABLE int secondPort();

    //! Keeps the places of clients that are lost for so many milliseconds; 0: it does not.
    Q_INVOKABLE void setSessionTimeout(int milliseconds);

    //! The port of a line to this server that interrupt() breaks for so many milliseconds.
    Q_INVOKABLE int breakablePort();
    Q_INVOKABLE void interrupt(int milliseconds);

    //! A field of the latest message by its path, and the name of its C++ type.
    Q_INVOKABLE QVariant value(const QStringList &path) const;
    Q_INVOKABLE QString kind(const QStringList &path) const;

    //! The bytes of a field, in hexadecimal digits.
    Q_INVOKABLE QString hex(const QStringList &path) const;

    Q_INVOKABLE QString action(int index) const;

    //! Sends one message with every kind of value.
    Q_INVOKABLE void sendKinds();

    //! Sends the latest message back, as it was.
    Q_INVOKABLE void sendBack();

    Q_INVOKABLE void send(const QString &action, const QVariantMap &fields);
    Q_INVOKABLE void closeClients();
    Q_INVOKABLE void stop();
    Q_INVOKABLE void clear();

    //! What the application prints as a warning from now on, until it is asked for.
    Q_INVOKABLE void catchWarnings();
    Q_INVOKABLE QStringList caughtWarnings();

Q_SIGNALS:
    void listeningChanged();
    void clientsChanged();
    void messageReceived();

private:
    friend class PeerChannel;
    void take(const QVariantMap &message);

    QRepod::Server m_server;
    std::unique_ptr<QRepod::FaultProxy> m_line; // to it
    QRepod::Server m_second;
    QList<QVariantMap> m_messages;
    int m_connections = 0;
};
