// SPDX-License-Identifier: MIT
// A node's own life: it joins, stays, and leaves. What nodes say to each other is in talk.cpp.

#include "cluster/clusterprivate.h"
#include "server/metricstext.h"

#include <QtCore/qloggingcategory.h>
#include <QtCore/qrandom.h>

#include <algorithm>
#include <utility>

namespace QRepod {

Q_LOGGING_CATEGORY(clusterLog, "qrepod.cluster", QtWarningMsg)

namespace {

// For which a client waits to be told where it belongs, see Arrival. In milliseconds.
constexpr int searchPatience = 3000;

QString randomId()
{
    return QString::number(QRandomGenerator::system()->generate64(), 16).rightJustified(16, u'0');
}

} // namespace

Cluster::Private::Private(Cluster *cluster, Server *newServer)
    : q(cluster)
    , server(newServer)
    , nodeId(randomId())
    , users(cluster)
    , leases({[this](const QString &room) { return server && server->openRoom(room); },
              [this](const QString &name) {
                  if (Room *const room = server ? server->room(name) : nullptr)
                      room->close();
              }})
    , m_renewal(cluster)
    , m_watch(cluster)
{
    if (!attach(server)) {
        qCWarning(clusterLog, "the server is already in a cluster");
        server = nullptr;
        return;
    }
    QObject::connect(&m_renewal, &QTimer::timeout, q, [this] { keepAlive(); });
    QObject::connect(&m_watch, &QTimer::timeout, q, [this] {
        leases.check();
        checkNodes();
    });
    QObject::connect(server, &Server::roomOpened, q, [this](Room *room) { watch(room); });
    QObject::connect(server, &Server::roomClosed, q, [this](Room *room) {
        withdrawStates(room);
        stopListening(topicOfRoom(room->name()));
        leases.release(room->name());
    });
    const QList<Room *> rooms = server->rooms();
    for (Room *const room : rooms)
        watch(room);
}

Cluster::Private::~Private() = default;

void Cluster::Private::serverEnds()
{
    server = nullptr; // its rooms are not to be closed one by one any more
    leave();
    detach();
}

void Cluster::Private::join(const QUrl &url)
{
    leave();
    QString error = QStringLiteral("the server is in another cluster, or is gone");
    m_engine = server ? Engine::create(url, &error) : nullptr;
    if (!m_engine) {
        QMetaObject::invokeMethod(
            q, [this, error] { Q_EMIT q->offline(error); }, Qt::QueuedConnection);
        return;
    }
    if (address.isEmpty())
        address = QStringLiteral("127.0.0.1:%1").arg(server->port());
    m_value = nodeId.toUtf8() + ' ' + address.toUtf8() + ' ' + webSocketAddress.toUtf8();
    m_epoch = QRandomGenerator::system()->generate64();
    Engine *const engine = m_engine.get();
    engine->setParent(q); // moves to another thread with it
    QObject::connect(engine, &Engine::up, q, [this] { handleUp(); });
    QObject::connect(engine, &Engine::down, q, [this](const QString &why) { handleDown(why); });
    QObject::connect(engine, &Engine::received, q, [this](const auto &topic, const auto &payload) {
        handleReceived(topic, payload);
    });
    QObject::connect(engine, &Engine::subscribed, q,
                     [this](const auto &topic) { handleSubscribed(topic); });
    engine->subscribe(topicOfAll());
    engine->subscribe(topicOf(nodeId));
    leases.start(engine, name.toUtf8(), nodeId, address, leaseTime);
    const QList<Room *> rooms = server->rooms();
    for (Room *const room : rooms)
        followRoom(room);
    engine->open(leaseTime / 2);
    m_watch.start(std::clamp(leaseTime / 10, 10, 300));
}

void Cluster::Private::leave()
{
    if (!m_engine)
        return;
    m_renewal.stop();
    m_watch.stop();
    leases.stop();
    if (isOnline) {
        enqueue(topicOfAll(), {Item::Kind::Bye, {}, {}, {}});
        flush();
        m_engine->remove(keyOf(nodeId), m_value);
    }
    isOnline = false;
    m_isReachable = false;
    m_hasToldOffline = false;
    m_engine.reset(); // also in a slot of its
    m_searches.clear();
    m_outgoing.takeAll();
    m_numbers.clear();
    m_sequences.clear();
    forgetStates({});
    m_roomTopics.clear();
    const QStringList others = m_nodes.names();
    m_nodes.clear();
    for (const QString &node : others)
        users.removeNode(node);
}

//! It registers anew: the engine may have been started without its keys.
void Cluster::Private::handleUp()
{
    m_isReachable = true;
    leases.resume();
    m_renewal.start(std::max(10, leaseTime / 3));
    keepAlive();
}

void Cluster::Private::handleDown(const QString &error)
{
    qCInfo(clusterLog).noquote() << nodeId << "is offline:" << error;
    m_isReachable = false;
    m_renewal.stop();
    isOnline = false;
    if (!std::exchange(m_hasToldOffline, true))
        Q_EMIT q->offline(error);
}

void Cluster::Private::keepAlive()
{
    m_engine->put(keyOf(nodeId), m_value, leaseTime,
                  [this, engine = m_engine.get()](const Engine::Answer &answer) {
                      if (m_engine.get() == engine)
                          handleKept(answer);
                  });
    if (!isOnline)
        return;
    enqueue(topicOfAll(), {Item::Kind::Here, {}, {}, {}});
    askAgain();
    leases.renew();
}

void Cluster::Private::handleKept(const Engine::Answer &answer)
{
    if (!m_isReachable || isOnline)
        return;
    if (answer.hasCome)
        return goOnline();
    if (!std::exchange(m_hasToldOffline, true))
        Q_EMIT q->offline(QStringLiteral("the engine cannot store keys; its memory may be full"));
}

void Cluster::Private::goOnline()
{
    isOnline = true;
    m_hasToldOffline = false;
    m_nodes.hearAll();
    introduce(topicOfAll(), true);
    exchangeStates();
    qCInfo(clusterLog).noquote() << nodeId << "is online";
    for (Search &each : std::exchange(m_searches, {}))
        search(std::move(each));
    Q_EMIT q->online();
}

//! A node dies twice: it is silent, and its key expires.
void Cluster::Private::checkNodes()
{
    if (!isOnline)
        return;
    const QStringList others = m_nodes.names();
    for (const QString &node : others) {
        if (!m_nodes.isSilent(node, leaseTime))
            continue;
        m_engine->get(keyOf(node), [this, node](const Engine::Answer &answer) {
            const bool isGone = answer.hasCome && answer.value.isNull();
            if (isGone && isOnline && m_nodes.isSilent(node, leaseTime))
                lose(node);
        });
    }
}

void Cluster::Private::lose(const QString &node)
{
    if (!m_nodes.remove(node))
        return;
    qCInfo(clusterLog).noquote() << nodeId << "has lost" << node;
    m_sequences.forgetNode(node);
    users.removeNode(node);
    forgetStates(node);
    Q_EMIT q->nodeLost(node);
}

//! Its key says it, as long as it is there.
bool Cluster::Private::findNode(const QString &node, Way way,
                                std::function<void(const QString &address)> receiver)
{
    if (!m_engine || node == nodeId)
        return false;
    Search wanted{node, way, std::move(receiver), QDeadlineTimer(searchPatience)};
    if (isOnline)
        search(std::move(wanted));
    else
        searchLater(std::move(wanted));
    return true;
}

//! A node with the address of this one has ended, and this one was started in its place.
void Cluster::Private::search(Search &&wanted)
{
    const QByteArray key = keyOf(wanted.node);
    m_engine->get(
        key,
        [this, engine = m_engine.get(),
         wanted = std::move(wanted)](const Engine::Answer &answer) mutable {
            if (m_engine.get() != engine)
                return;
            if (!answer.hasCome)
                return searchLater(std::move(wanted));
            const bool isPlain = wanted.way == Way::Plain;
            const QString found =
                QString::fromUtf8(answer.value).section(u' ', isPlain ? 1 : 2, isPlain ? 1 : 2);
            wanted.receiver(found == (isPlain ? address : webSocketAddress) ? QString() : found);
        });
}

//! A node that was just started knows of nobody yet: the others' clients must not lose by that.
void Cluster::Private::searchLater(Search &&wanted)
{
    m_searches.erase(std::remove_if(m_searches.begin(), m_searches.end(),
                                    [](const Search &each) { return each.deadline.hasExpired(); }),
                     m_searches.end());
    m_searches.push_back(std::move(wanted));
}

QStringList Cluster::Private::nodeIds() const
{
    if (m_nodes.count() == 0 && !isOnline)
        return {};
    return QStringList(nodeId) + m_nodes.names();
}

void Cluster::Private::writeMetrics(MetricsText &text) const
{
    using Kind = MetricsText::Kind;
    const auto write = [&](Kind kind, const char *figure, const char *help, qint64 number) {
        text.single(QLatin1String("qrepod_cluster_") + QLatin1String(figure), kind,
                    QLatin1String(help), number);
    };
    write(Kind::Gauge, "online", "Whether this node is one of the cluster.", isOnline);
    write(Kind::Gauge, "nodes", "Nodes that are there, this one included.",
          m_nodes.count() + (isOnline ? 1 : 0));
    write(Kind::Gauge, "users", "Users of all nodes.", users.rowCount());
    write(Kind::Gauge, "rooms_owned", "Rooms that are this node's alone.", leases.count());
    write(Kind::Counter, "sent_total", "Things said to other nodes.", m_sent);
    write(Kind::Counter, "received_total", "Things that other nodes have said.", m_received);
    write(Kind::Counter, "dropped_total", "Things that could not be said to other nodes.",
          m_dropped);
    write(Kind::Counter, "gaps_total", "Times that something of another node was lost.", m_gaps);
    write(Kind::Counter, "states_asked_total", "Times that shared state was out of step.",
          m_statesAsked);
    write(Kind::Counter, "invalid_total", "What came from the engine and was not of a node.",
          m_invalid);
}

} // namespace QRepod
