// SPDX-License-Identifier: MIT
#include "message.h"
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "session.h"

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/SendMode>
#include <QRepod/Server>

#include <QtCore/qcoreapplication.h>

#include <malloc.h>

namespace {

constexpr int clientCount = 400;
constexpr int members = 4;

double allocatedKib()
{
    const struct mallinfo2 info = mallinfo2();
    return double(info.uordblks + info.hblkhd) / 1024;
}

//! A server whose clients are in \a roomCount rooms of four.
class House
{
public:
    explicit House(int roomCount)
    {
        if (!m_server.listen("127.0.0.1", 0))
            qFatal("%s", qPrintable(m_server.errorString()));
        m_clients = std::make_unique<RawClients>(m_server.port(), clientCount);
        while (m_server.channels().size() < clientCount)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        m_clients->settle(); // the greetings
        m_channels = m_server.channels();
        const double before = allocatedKib();
        for (int room = 0; room < roomCount; ++room) {
            for (int member = 0; member < members; ++member)
                m_channels[(room * members + member) % clientCount]->join(QString::number(room));
        }
        kibPerRoom = (allocatedKib() - before) / roomCount;
    }

    //! In nanoseconds, for a client that is in other rooms too.
    double joinAndLeave(int count)
    {
        const QString room = "another";
        QRepod::Room *const another = m_server.openRoom(room);
        another->setPersistent(true);
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < count; ++i) {
            QRepod::Channel *const channel = m_channels[i % clientCount];
            channel->join(room);
            channel->leave(room);
        }
        const double nanoseconds = secondsSince(start) * 1e9 / count;
        another->close();
        return nanoseconds;
    }

    //! In nanoseconds per delivery, until the system has it.
    double broadcast(int count, QRepod::SendMode mode)
    {
        const QList<QRepod::Room *> rooms = m_server.rooms();
        double seconds = 0;
        for (int i = 0; i < count; ++i) {
            QRepod::Room *const room = rooms[qsizetype(i) * 7'919 % rooms.size()];
            const auto start = std::chrono::steady_clock::now();
            room->sendToAll(moveMessage(), nullptr, mode);
            QCoreApplication::processEvents();
            seconds += secondsSince(start);
            m_clients->receive(moveFrame().size() * members);
        }
        return seconds * 1e9 / count / members;
    }

    double kibPerRoom = 0;

private:
    QRepod::Server m_server;
    std::unique_ptr<RawClients> m_clients;
    QList<QRepod::Channel *> m_channels;
};

Sample measure(int roomCount, QRepod::SendMode mode, int count)
{
    House house(roomCount);
    return {{{"ns/join and leave", house.joinAndLeave(10 * count)},
             {"ns/delivery", house.broadcast(count, mode)},
             {"KiB/room", house.kibPerRoom}},
            {}};
}

} // namespace

Scenario Scenarios::rooms(bool isQuick)
{
    using QRepod::SendMode;
    const int count = isQuick ? 1'000 : 10'000;
    return {"rooms",
            "rooms of four: joining, and a message to one of them",
            {{"100 rooms", [=] { return measure(100, SendMode::Reliable, count); }},
             {"10,000 rooms", [=] { return measure(10'000, SendMode::Reliable, count); }},
             {"10,000 rooms, Latest", [=] { return measure(10'000, SendMode::Latest, count); }}},
            {{"ns/join and leave", "10,000 rooms", "100 rooms", Target::AtMost, 1.5},
             {"ns/delivery", "10,000 rooms", "100 rooms", Target::AtMost, 1.5},
             {"ns/delivery", "10,000 rooms, Latest", "10,000 rooms", Target::AtMost, 1.1}}};
}
