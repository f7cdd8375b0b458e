// SPDX-License-Identifier: MIT

//! A server's rooms, its channels and their clients, driven by a script: joins, leaves, rooms that
//! are opened, closed, deleted, filled or shut, clients that go, channels that are closed or
//! deleted, messages to rooms and channels. Each of these also happens in the middle of another,
//! from the slot of a signal. Rooms and channels agree on who is where, empty rooms close, and each
//! client gets the messages that it must get, in order.
///
/// Everything runs in one thread. Input: a byte of settings, then operations of three bytes: the
/// operation, its objects, and a reaction to the next signal.

#include "rawpeer.h"

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qpointer.h>

#include <deque>
#include <memory>
#include <vector>

using QRepod::Channel;
using QRepod::Room;
using QRepod::SendMode;
using QRepod::Server;

namespace {

constexpr size_t maximumClients = 5;
constexpr int roomNames = 4;

//! A client, and what it must receive.
struct Client
{
    RawPeer peer;
    QPointer<Channel> channel;
    std::deque<qint64> expected; ///< numbers of messages sent to it
    bool isCut = false;          ///< it may miss what is still in transit

    void read()
    {
        peer.read([this](const RawFrame &told) {
            const QVariant number = told.map.value(QStringLiteral("n"));
            if (!number.isValid())
                return;
            expect(!expected.empty(), "no message that was not sent to it");
            expect(number == expected.front(), "its messages, in order");
            expected.pop_front();
        });
    }
};

class Run
{
public:
    explicit Run(quint8 settings)
        : m_isPersistent(settings & 1)
        , m_maximum((settings >> 1) % 4)
    {
        m_server.setHeartbeatInterval(0);
        m_server.setIdleTimeout(0);
        m_server.setCloseTimeout(1'000);
        m_server.setRoomFactory([this](const QString &) {
            auto *room = new Room;
            room->setPersistent(m_isPersistent);
            room->setMaximumChannels(m_maximum);
            QObject::connect(room, &Room::channelJoined, room, [this, room](Channel *channel) {
                expect(room->channels().contains(channel), "who has joined is there");
                expect(channel->rooms().contains(room), "and is told the same of itself");
                react();
            });
            QObject::connect(room, &Room::channelLeft, room, [this, room](Channel *channel) {
                expect(!room->channels().contains(channel), "who has left is not there");
                react();
            });
            react();
            return room;
        });
        QObject::connect(&m_server, &Server::roomOpened, &m_scope, [this](Room *room) {
            expect(m_server.room(room->name()) == room, "a room that is open is found");
            react();
        });
        QObject::connect(&m_server, &Server::roomClosed, &m_scope, [this](Room *room) {
            expect(room->channels().isEmpty(), "nobody is in a room that has closed");
            expect(m_server.room(room->name()) != room, "nor is it found any more");
            react();
        });
        QObject::connect(&m_server, &Server::channelConnected, &m_scope, [this](Channel *channel) {
            m_clients.back()->channel = channel;
            m_hasJoined = true;
        });
        QObject::connect(&m_server, &Server::channelDisconnected, &m_scope,
                         [this](Channel *) { react(); });
        expect(m_server.listen(QStringLiteral("127.0.0.1"), 0), "the server listens");
    }

    ~Run() { m_depth = maximumDepth; } // no more reactions

    void step(quint8 operation, quint8 place, quint8 reaction)
    {
        if (reaction >= 0x80)
            m_reactions.push_back({quint8(reaction & 0x7f), place});
        act(operation, place);
        check();
    }

    void settle()
    {
        m_reactions.clear();
        for (const auto &client : m_clients) {
            if (client->isCut || !client->channel)
                continue;
            turnUntil(
                [&] {
                    client->read();
                    return client->expected.empty();
                },
                "every message arrives");
        }
        turn();
        check();
        for (const Room *room : m_server.rooms())
            expect(room->isPersistent() || !room->channels().isEmpty() || m_opened.contains(room),
                   "a room closes with its last channel");
    }

private:
    static constexpr int maximumDepth = 4;

    struct Reaction
    {
        quint8 operation;
        quint8 place;
    };

    void react()
    {
        if (m_reactions.empty() || m_depth >= maximumDepth)
            return;
        const int operation = m_reactions.front().operation % 16;
        const quint8 place = m_reactions.front().place;
        m_reactions.pop_front();
        ++m_depth;
        if (operation < 12) // the rest turns the event loop
            act(quint8(operation), place);
        --m_depth;
    }

    void act(quint8 operation, quint8 place)
    {
        Client *const client = clientAt(place >> 4);
        const QPointer<Channel> channel = client ? client->channel : nullptr;
        const QString name = QString::number(place % roomNames);
        const QPointer<Room> room = m_server.room(name);
        switch (operation % 16) {
        case 0:
        case 1:
        case 2:
            if (channel)
                join(channel, name);
            return;
        case 3:
            if (channel)
                channel->leave(name);
            return;
        case 4:
            m_opened << m_server.openRoom(name);
            return;
        case 5:
            return sendToAll(room, place & 8 ? channel.data() : nullptr);
        case 6:
            return sendToAll(m_server.everyone(), place & 8 ? channel.data() : nullptr);
        case 7:
            return send(client);
        case 8:
            return place & 8 ? closeRoom(room) : setOpen(room, place & 16);
        case 9:
            if (room && m_depth == 0 && place & 8)
                delete room.data();
            else if (room)
                room->setMaximumChannels(place >> 4);
            return;
        case 10:
            if (client && place & 8) {
                client->isCut = true;
                if (channel && place & 16 && m_depth == 0)
                    delete channel.data();
                else if (channel)
                    channel->close();
            }
            return;
        case 11:
            if (room && room->channels().isEmpty())
                m_opened << room; // stays until somebody leaves
            if (room)
                room->setPersistent(place & 8);
            return;
        case 12:
            return connectClient();
        case 13:
            if (client && place & 8) {
                client->isCut = true;
                client->peer.close(place & 16);
            }
            return;
        case 14:
            if (client)
                client->read();
            return;
        default:
            turn();
        }
    }

    void join(Channel *channel, const QString &name)
    {
        const QPointer<Channel> alive(channel);
        const size_t reactions = m_reactions.size();
        QString error;
        const bool isIn = channel->join(name, {}, &error);
        expect(isIn == error.isEmpty(), "a reason, if it may not");
        if (isIn && alive && m_depth == 0 && m_reactions.size() == reactions) {
            const Room *const room = m_server.room(name);
            expect(room && room->channels().contains(channel), "it is in the room that it joined");
        }
    }

    void sendToAll(Room *room, Channel *except)
    {
        if (!room)
            return;
        const qint64 number = ++m_sent;
        const QList<Channel *> members = room->channels();
        for (const auto &client : m_clients) {
            if (client->channel && client->channel != except && client->channel->isConnected()
                && members.contains(client->channel))
                client->expected.push_back(number);
        }
        room->sendToAll(message(number), except);
    }

    void send(Client *client)
    {
        if (!client || !client->channel)
            return;
        const qint64 number = ++m_sent;
        if (client->channel->send(message(number)) > 0)
            client->expected.push_back(number);
    }

    static void closeRoom(Room *room)
    {
        if (room)
            room->close();
    }

    static void setOpen(Room *room, bool isOpen)
    {
        if (room)
            room->setOpen(isOpen);
    }

    void connectClient()
    {
        if (m_clients.size() >= maximumClients || m_depth > 0)
            return;
        m_clients.push_back(std::make_unique<Client>());
        Client &client = *m_clients.back();
        m_hasJoined = false;
        client.peer.open(m_server.port());
        client.peer.write(QRepod::encode({{QStringLiteral("_hello"), 1}}));
        turnUntil([this] { return m_hasJoined; }, "a client joins");
    }

    //! Checks that rooms and channels agree on who is where.
    void check() const
    {
        const QList<Room *> rooms = m_server.rooms();
        const QList<Channel *> channels = m_server.channels();
        expect(m_server.everyone()->channels() == channels, "everyone is in the room of everyone");
        for (Room *room : rooms) {
            expect(m_server.room(room->name()) == room, "one room of a name");
            const QList<Channel *> members = room->channels();
            for (Channel *member : members) {
                expect(channels.contains(member), "who is in a room is connected");
                expect(members.count(member) == 1, "and is there once");
                expect(member->rooms().contains(room), "and knows");
            }
        }
        for (const Channel *channel : channels) {
            const QList<Room *> its = channel->rooms();
            for (Room *room : its) {
                expect(rooms.contains(room), "it is in rooms that are there");
                expect(its.count(room) == 1, "and once in each");
                expect(room->channels().contains(channel), "which know");
            }
        }
    }

    Client *clientAt(int index) const
    {
        return m_clients.empty() ? nullptr : m_clients[size_t(index) % m_clients.size()].get();
    }

    static QVariantMap message(qint64 number)
    {
        return {{QStringLiteral("action"), QStringLiteral("m")}, {QStringLiteral("n"), number}};
    }

    const bool m_isPersistent;
    const int m_maximum;
    std::vector<std::unique_ptr<Client>> m_clients;
    std::deque<Reaction> m_reactions; // for the next slots
    Server m_server;
    QObject m_scope; // the context of the run's slots, destroyed before the server
    bool m_hasJoined = false;
    QList<const Room *> m_opened; // may be empty, because nobody had joined
    int m_depth = 0;
    qint64 m_sent = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    prepareApplication();
    Input input(data, size);
    {
        Run run(input.byte());
        while (!input.isEmpty()) {
            const quint8 operation = input.byte();
            const quint8 place = input.byte();
            run.step(operation, place, input.byte());
        }
        run.settle();
    }
    turn();
    return 0;
}
