// SPDX-License-Identifier: MIT
// Each construct of the README's table "From Python to Qt", to the letter, so that it is compiled.

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
        qInfo() << data["name"].toString();
    }

    void Network_joined(const QString &name)
    {
        qInfo() << name;
    }

public:
    void network_received(const QVariantMap &data) override
    {
        qInfo() << data;
    }
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
    channel->address();
}

#include "constructs.moc"
