// SPDX-License-Identifier: MIT
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "scenarios/statehost.h"

#include "manyproperties.h"

#include <QRepod/Channel>

#ifdef QREPOD_BENCH_REMOTEOBJECTS
#    include "scenarios/remoteobjectsclients.h"
#endif

namespace {

constexpr int rowCount = 1'000;
constexpr int changedRows = 50; // per tick

class RowsHost : public QRepodHost
{
public:
    RowsHost() { server.everyone()->share("shared", &m_arena); }

    void tick() override
    {
        m_arena.move(changedRows);
        QRepodHost::tick();
    }

private:
    Arena m_arena{rowCount};
};

//! What games do that do not share state.
class WholeStateHost : public QRepodHost
{
public:
    void tick() override
    {
        m_arena.move(changedRows);
        QVariantList rows;
        for (int row = 0; row < rowCount; ++row) {
            const QModelIndex index = m_arena.index(row);
            rows.append(QVariantMap{{"id", index.data(Arena::Id)},
                                    {"x", index.data(Arena::X)},
                                    {"y", index.data(Arena::Y)},
                                    {"name", index.data(Arena::Name)}});
        }
        server.sendToAll({{"action", "state"}, {"rows", rows}});
    }

private:
    Arena m_arena{rowCount};
};

//! Shows each of \a count rows to one of ten clients.
class HidingHost : public QRepodHost
{
public:
    HidingHost()
    {
        server.everyone()->share("shared", &m_arena);
        server.everyone()->setVisible("shared", [this](const QRepod::Channel *channel, int row) {
            auto place = m_numbers.constFind(channel);
            if (place == m_numbers.cend())
                place = m_numbers.insert(channel, int(m_numbers.size()));
            return row % 10 == *place % 10;
        });
    }

    void tick() override
    {
        m_arena.move(changedRows);
        QRepodHost::tick();
    }

private:
    QHash<const QRepod::Channel *, int> m_numbers;
    Arena m_arena{rowCount};
};

//! One property of 100 changes in a tick.
void changeOne(Properties100 &object, int &next)
{
    const char name[] = {'p', char('0' + next / 10), char('0' + next % 10), '\0'};
    object.setProperty(name, ++object.changes);
    next = (next + 1) % 100;
}

//! A server with this number of network threads.
template <int threads>
class PropertiesHost : public QRepodHost
{
public:
    PropertiesHost()
        : QRepodHost(threads)
    {
        server.everyone()->share("shared", &m_object);
    }

    void tick() override
    {
        changeOne(m_object, m_next);
        QRepodHost::tick();
    }

private:
    Properties100 m_object;
    int m_next = 0;
};

class UnchangedHost : public QRepodHost
{
public:
    UnchangedHost()
    {
        for (size_t i = 0; i < m_objects.size(); ++i)
            server.everyone()->share(QString::number(i), &m_objects[i]);
    }

private:
    std::array<Properties20, 10> m_objects;
};

#ifdef QREPOD_BENCH_REMOTEOBJECTS
class RemoteRowsHost : public StateHost
{
public:
    RemoteRowsHost()
    {
        m_server.node.enableRemoting(&m_arena, "shared",
                                     {Arena::Id, Arena::X, Arena::Y, Arena::Name});
    }
    quint16 port() const override { return m_server.port(); }
    void tick() override { m_arena.move(changedRows); }

private:
    Arena m_arena{rowCount};
    RemoteObjectsServer m_server;
};

class RemotePropertiesHost : public StateHost
{
public:
    RemotePropertiesHost() { m_server.node.enableRemoting(&m_object, "shared"); }
    quint16 port() const override { return m_server.port(); }
    void tick() override { changeOne(m_object, m_next); }

private:
    Properties100 m_object;
    int m_next = 0;
    RemoteObjectsServer m_server;
};
#endif

Contender contender(const QString &name, Sample (*run)(int, int, int), int clients, int ticks)
{
    constexpr int pause = 30; // in which clients read what has arrived
    return {name, [=] { return run(clients, ticks, pause); }};
}

} // namespace

Scenario Scenarios::state(bool isQuick)
{
    const int ticks = isQuick ? 10 : 100;
    Scenario scenario{"state", "a model of 1,000 rows, 50 change in a tick, 100 clients", {}, {}};
    const auto add = [&](const char *name, auto run) {
        scenario.contenders.push_back(contender(name, run, 100, ticks));
    };
    add("QRepod", measureTicks<RowsHost, RawClients>);
    add("QRepod, a tenth of the rows each", measureTicks<HidingHost, RawClients>);
    add("QRepod, whole state", measureTicks<WholeStateHost, RawClients>);
#ifdef QREPOD_BENCH_REMOTEOBJECTS
    add("Qt Remote Objects", measureTicks<RemoteRowsHost, RemoteModelClients>);
    scenario.targets.push_back(
        {"server us/tick", "QRepod", "Qt Remote Objects", Target::AtMost, 0.2});
#endif
    scenario.targets.push_back(
        {"bytes/tick", "QRepod", "QRepod, whole state", Target::AtMost, 0.1});
    return scenario;
}

Scenario Scenarios::stateProperties(bool isQuick)
{
    const int ticks = isQuick ? 20 : 200;
    Scenario scenario{"state-properties",
                      "an object of 100 properties, one changes in a tick, 10 clients",
                      {},
                      {}};
    const auto add = [&](const char *name, auto run) {
        scenario.contenders.push_back(contender(name, run, 10, ticks));
    };
    add("QRepod", measureTicks<PropertiesHost<0>, RawClients>);
    add("QRepod, a network thread", measureTicks<PropertiesHost<1>, RawClients>);
    add("sockets, a loop", measureTicks<SocketHost<51>, RawClients>);
#ifdef QREPOD_BENCH_REMOTEOBJECTS
    add("Qt Remote Objects", measureTicks<RemotePropertiesHost, RemoteObjectClients>);
    scenario.targets.push_back({"bytes/tick", "QRepod", "Qt Remote Objects", Target::AtMost, 0.5});
    scenario.targets.push_back(
        {"server us/tick", "QRepod", "Qt Remote Objects", Target::AtMost, 0.25});
#endif
    return scenario;
}

Scenario Scenarios::stateUnchanged(bool isQuick)
{
    const int ticks = isQuick ? 10 : 100;
    Scenario scenario{
        "state-unchanged",
        "10 objects of 20 properties that do not change, 1,000 clients, a tick each 30 ms",
        {},
        {}};
    scenario.contenders.push_back(
        contender("QRepod", measureTicks<UnchangedHost, RawClients>, 1'000, ticks));
    scenario.contenders.push_back(
        contender("QRepod, nothing shared", measureTicks<QRepodHost, RawClients>, 1'000, ticks));
    return scenario;
}
