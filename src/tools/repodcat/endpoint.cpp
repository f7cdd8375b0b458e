// SPDX-License-Identifier: MIT
#include "repodcat/endpoint.h"

#include "repodcat/watch.h"

#include <QRepod/Client>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>
#include <QRepod/Statistics>

#include <map>
#include <memory>

namespace {

// The rest of the program stops sending long before; see Session.
constexpr qint64 sendBacklog = 1024 * 1024 * 1024;

class ClientEndpoint : public Endpoint
{
public:
    explicit ClientEndpoint(const Options &options)
        : m_options(options)
    {
        m_listener.setAutoPump(true);
        m_listener.setMaximumSendBacklog(sendBacklog);
        m_listener.setSslConfiguration(options.tls);
        using QRepod::ConnectionListener;
        connect(&m_listener, &ConnectionListener::connected, this, [this] {
            m_builtIn = {"connected", "socketConnect"};
            emit opened(0, m_listener.connection()->address());
        });
        connect(&m_listener, &ConnectionListener::errorOccurred, this,
                [this](const QString &error) {
                    m_builtIn.append("error");
                    emit failed(error);
                });
        connect(&m_listener, &ConnectionListener::disconnected, this, [this] {
            m_builtIn.append("disconnected");
            emit closed(0, m_listener.connection()->address());
        });
        if (!options.watched.isEmpty()) {
            m_watch = std::make_unique<Watch>(m_listener, options.watched);
            connect(m_watch.get(), &Watch::changed, this,
                    [this](const QVariantMap &state) { emit received(0, state); });
        }
        connect(&m_listener, &ConnectionListener::messageReceived, this, &ClientEndpoint::receive);
    }

    void start() override
    {
        if (m_options.url.isEmpty())
            m_listener.connect(m_options.host, m_options.port);
        else
            m_listener.connect(m_options.url);
    }
    void send(const QVariantMap &message, int) override { m_listener.send(message); }
    void close() override { m_listener.close(); }

    qint64 bytesUnsent() const override
    {
        return m_listener.connection()->statistics().bytesUnsent;
    }

private:
    void receive(const QString &action, const QVariantMap &message)
    {
        // A peer may send an `error` of its own. The built-in one follows its signal.
        if (!m_builtIn.isEmpty() && m_builtIn.first() == action)
            m_builtIn.removeFirst();
        else if (!m_watch)
            emit received(0, message);
    }

    const Options m_options;
    QRepod::ConnectionListener m_listener;
    std::unique_ptr<Watch> m_watch; // null if messages are received
    QStringList m_builtIn;          // the library's own messages that come next
};

class ServerEndpoint : public Endpoint
{
public:
    explicit ServerEndpoint(const Options &options)
        : m_options(options)
    {
        m_server.setMaximumSendBacklog(sendBacklog);
        m_server.setSslConfiguration(options.tls);
        m_server.setChannelFactory([this] { return new Connection(*this); });
        connect(&m_server, &QRepod::Server::channelConnected, this, &ServerEndpoint::open);
        connect(&m_server, &QRepod::Server::channelDisconnected, this, &ServerEndpoint::forget);
        connect(&m_server, &QRepod::Server::errorOccurred, this, &Endpoint::failed);
    }

    void start() override
    {
        if (m_server.listen(m_options.host, m_options.port))
            emit listening(m_server.port());
        else
            emit failed(m_server.errorString());
    }

    void send(const QVariantMap &message, int connection) override
    {
        if (connection == everyone)
            m_server.sendToAll(message);
        else if (const auto channel = m_channels.find(connection); channel != m_channels.end())
            channel->second->send(message);
    }

    qint64 bytesUnsent() const override
    {
        qint64 most = 0;
        for (const auto &channel : m_channels)
            most = qMax(most, channel.second->statistics().bytesUnsent);
        return most;
    }

    void close() override { m_server.close(); }

private:
    //! Gets every message, because it has no handlers. The library's own go only to handlers.
    class Connection : public QRepod::Channel
    {
    public:
        explicit Connection(ServerEndpoint &endpoint)
            : m_endpoint(endpoint)
        {
            connect(this, &Channel::errorOccurred, &endpoint, &Endpoint::failed);
        }

        void network_received(const QVariantMap &message) override
        {
            emit m_endpoint.received(number, message);
        }

        int number = everyone; // until it is open

    private:
        ServerEndpoint &m_endpoint;
    };

    void open(QRepod::Channel *channel)
    {
        const int number = m_count++;
        static_cast<Connection *>(channel)->number = number;
        m_channels[number] = channel;
        emit opened(number, channel->address());
    }

    void forget(QRepod::Channel *channel)
    {
        const int number = static_cast<Connection *>(channel)->number;
        m_channels.erase(number);
        emit closed(number, channel->address());
    }

    const Options m_options;
    int m_count = 0;
    std::map<int, QRepod::Channel *> m_channels;
    QRepod::Server m_server; // destroyed first, and may still call back
};

} // namespace

std::unique_ptr<Endpoint> makeEndpoint(const Options &options)
{
    if (options.isListening)
        return std::make_unique<ServerEndpoint>(options);
    return std::make_unique<ClientEndpoint>(options);
}
