// SPDX-License-Identifier: MIT
// Each construct of the table "From repod" in PORTING.md, to the letter, so that it is compiled.

#include <QRepod/Client>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>

// clang-format off

class GameClient : public QRepod::ConnectionListener
{
    Q_OBJECT

public slots:
    void Network_chat(const QVariantMap &data)
    {
        qInfo() << data["name"].toString() << data.value("x", 1);
    }

    void Network_joined(const QString &name)
    {
        qInfo() << name;
    }

    void Network_move(int x = 1)
    {
        qInfo() << x;
    }

public:
    void network_received(const QVariantMap &data) override
    {
        qInfo() << data;
    }
};

class Window : public QObject
{
    Q_OBJECT

public:
    Window()
    {
        m_connection.addHandler(this);
    }

private:
    QRepod::ConnectionListener m_connection;
};

class GameChannel : public QRepod::Channel
{
    Q_OBJECT

public slots:
    void Network_connected()
    {
    }

    void Network_disconnected()
    {
    }

    void Network_error(const QString &error)
    {
        qInfo() << error;
    }
};

void use(GameClient &client, QRepod::Server &server, GameChannel *channel, const QString &host, quint16 port)
{
    client.connect("localhost", 5071);
    client.pump();
    client.setAutoPump(true);
    client.send({{"action", "move"}, {"x", 10}});
    client.send("move", {{"x", 10}});
    client.close();
    client.connection()->address();
    server.setChannelClass<GameChannel>();
    server.listen(host, port);
    server.startBackground();
    server.sendToAll({{"action", "tick"}});
    server.channels();
    QObject::connect(&server, &QRepod::Server::channelConnected, [] { });
    QObject::connect(&server, &QRepod::Server::channelDisconnected, [] { });
    QObject::connect(channel, &QRepod::Channel::disconnected, [] { });
    QObject::connect(channel, &QRepod::Channel::errorOccurred, [] { });
    channel->address();
    channel->isConnected();
}

#include "constructs.moc"
