// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/qpointer.h>

#include <functional>

inline const QString local = u"127.0.0.1"_s;

//! What the channels of a server do, and what they were told.
struct Script
{
    //! Called for every message from a client, after it has been logged.
    std::function<void(QRepod::Channel *, const QVariantMap &)> onMessage;

    QStringList log;
    QList<qint64> numbers; ///< the field `n` of every message
};

//! A channel without handlers: everything goes to network_received().
class ScriptedChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    explicit ScriptedChannel(Script &script)
        : m_script(script)
    {
    }

    void network_received(const QVariantMap &message) override
    {
        m_script.log << message[u"action"_s].toString();
        if (message.contains(u"n"_s))
            m_script.numbers << message[u"n"_s].toLongLong();
        if (const auto call = m_script.onMessage) // a copy: this may be deleted meanwhile
            call(this, message);
    }

protected:
    Script &m_script;
};

//! A channel with a handler for each built-in message.
class AttentiveChannel : public ScriptedChannel
{
    Q_OBJECT

public:
    using ScriptedChannel::ScriptedChannel;

    Q_INVOKABLE void Network_connected() { m_script.log << u"Network_connected"_s; }
    Q_INVOKABLE void Network_disconnected() { m_script.log << u"Network_disconnected"_s; }
    Q_INVOKABLE void Network_error(const QString &error)
    {
        m_script.log << u"Network_error %1"_s.arg(error);
    }
};

//! A server that listens, with channels of one class that follow one script.
template <class C = ScriptedChannel>
class TestServer
{
public:
    TestServer()
    {
        server->setChannelFactory([this] { return new C(script); });
        if (!server->listen(local, 0))
            qFatal("the server cannot listen: %s", qPrintable(server->errorString()));
    }

    ~TestServer() { delete server; }

    QRepod::Server *operator->() const { return server; }

    //! Makes the script log every signal of the server and its channels, with the number of
    //! channels at that time.
    void logSignals()
    {
        QObject::connect(server, &QRepod::Server::channelConnected, server,
                         [this](QRepod::Channel *channel) {
                             log(u"channelConnected"_s, channel);
                             QObject::connect(channel, &QRepod::Channel::disconnected, server,
                                              [this, channel] { log(u"disconnected"_s, channel); });
                             QObject::connect(channel, &QRepod::Channel::errorOccurred, server,
                                              [this](const QString &error) {
                                                  script.log << u"errorOccurred %1"_s.arg(error);
                                              });
                         });
        QObject::connect(
            server, &QRepod::Server::channelDisconnected, server,
            [this](QRepod::Channel *channel) { log(u"channelDisconnected"_s, channel); });
    }

    bool has(qsizetype channelCount) const
    {
        return eventually([&] { return server->channels().size() == channelCount; });
    }

    //! Waits until \a count messages with this \a action have arrived.
    bool receives(const QString &action, qsizetype count = 1) const
    {
        return eventually([&] { return script.log.count(action) >= count; });
    }

    QPointer<QRepod::Server> server = new QRepod::Server;
    Script script;

private:
    void log(const QString &event, QRepod::Channel *channel)
    {
        const QList<QRepod::Channel *> channels = server->channels();
        script.log << u"%1, %2 of %3"_s.arg(event)
                          .arg(channels.contains(channel) ? u"one"_s : u"none"_s)
                          .arg(channels.size());
    }
};

//! A client that the server has greeted, and its channel.
struct JoinedClient
{
    template <class C>
    explicit JoinedClient(const TestServer<C> &server)
        : client(server->port())
    {
        if (!client.receives(u"connected"_s)
            || !eventually([&] { return channelIn(server->channels()); }))
            qFatal("a client of the test has not joined");
        channel = channelIn(server->channels());
    }

    RawClient *operator->() { return &client; }

    RawClient client;
    QPointer<QRepod::Channel> channel;

private:
    QRepod::Channel *channelIn(const QList<QRepod::Channel *> &channels) const
    {
        for (QRepod::Channel *channel : channels) {
            if (channel->address() == client.address())
                return channel;
        }
        return nullptr;
    }
};
