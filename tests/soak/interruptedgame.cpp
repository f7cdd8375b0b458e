// SPDX-License-Identifier: MIT
#include "soak/interruptedgame.h"

#include "soak/tally.h"
#include "support/tlsconfiguration.h"

#include <QRepod/RequestError>

#include <QtCore/QCoreApplication>
#include <QtCore/QDeadlineTimer>
#include <QtCore/QTimer>
#include <QtCore/QUrl>

#include <algorithm>
#include <numeric>

using QRepod::Channel;
using QRepod::FaultProxy;

namespace {

constexpr int patience = 120'000; // milliseconds, for a sanitizer on a loaded machine

} // namespace

void Flow::sendNext(QObject *context, const std::function<qint64(const QVariantMap &)> &send,
                    const std::function<QFuture<QVariant>(const QVariantMap &)> &request)
{
    const qint64 number = ++m_sent;
    const QVariantMap fields{{"number", number}, {"body", body(number)}};
    if (number % requestEvery != 0) {
        m_tally.wrong += send(fields) == 0;
        return;
    }
    ++m_asked;
    request(fields)
        .then(context,
              [this, number](const QVariant &answer) {
                  ++m_answered;
                  ++m_tally.requests;
                  m_tally.wrong += answer.toLongLong() != number;
              })
        .onFailed(context, [this](const QRepod::RequestError &) { ++m_tally.wrong; });
}

void Flow::received(qint64 number, const QByteArray &text)
{
    ++m_tally.messages;
    m_tally.wrong += text != body(number);
    if (number > m_received) {
        for (qint64 missing = m_received + 1; missing < number; ++missing)
            m_missing.push_back(missing);
        m_received = number;
        return;
    }
    const auto late = std::find(m_missing.begin(), m_missing.end(), number);
    if (late == m_missing.end()) {
        ++m_tally.doubled;
    } else {
        ++m_tally.outOfOrder;
        m_missing.erase(late);
    }
}

void Flow::end()
{
    m_tally.lost += m_sent - m_received + qint64(m_missing.size()) + (m_asked - m_answered);
}

//! The server's end. It learns from the first message which client it has.
class InterruptedChannel : public Channel
{
    Q_OBJECT

public:
    InterruptedChannel(const std::vector<std::unique_ptr<InterruptedPlayer>> &players,
                       InterruptionTally &tally)
        : m_players(players)
        , m_tally(tally)
    {
    }

public slots:
    void Network_hello(int player)
    {
        m_player = m_players.at(size_t(player)).get();
        m_player->serverCourse.connected();
        m_player->setChannel(this);
        send(QStringLiteral("welcome"));
    }
    void Network_interrupted()
    {
        if (m_player)
            m_player->serverCourse.interrupted();
        else
            close(); // nobody will come back to it
    }
    void Network_resumed() { m_player ? m_player->serverCourse.resumed() : stranger(); }
    void Network_disconnected()
    {
        if (m_player)
            m_player->serverCourse.ended();
        else
            ++m_tally.strangers;
    }
    void Network_error()
    {
        if (m_player) // otherwise the line was lost before the first message
            m_player->serverCourse.failed();
    }
    qint64 Network_number(qint64 number, const QByteArray &body)
    {
        if (!m_player) {
            stranger();
            return 0;
        }
        m_player->serverCourse.received();
        m_player->toServer.received(number, body);
        return number;
    }

private:
    void stranger() { ++m_tally.wrongEvents; }

    const std::vector<std::unique_ptr<InterruptedPlayer>> &m_players;
    InterruptionTally &m_tally;
    InterruptedPlayer *m_player = nullptr;
};

InterruptedPlayer::InterruptedPlayer(int number, InterruptionTally &tally)
    : toServer(tally)
    , toClient(tally)
    , course(tally)
    , serverCourse(tally)
    , m_number(number)
    , m_tally(tally)
{
    setAutoPump(true);
    setReconnect(true);
}

void InterruptedPlayer::setChannel(Channel *channel)
{
    m_tally.wrongEvents += m_channel != nullptr;
    m_channel = channel;
}

void InterruptedPlayer::sendMore()
{
    const QString action = QStringLiteral("number");
    for (int i = 0; i < 4 && toServer.hasRoom(); ++i) {
        toServer.sendNext(
            this, [&](const QVariantMap &fields) { return send(action, fields); },
            [&](const QVariantMap &fields) { return request(action, fields, -1); });
    }
    for (int i = 0; i < 4 && m_channel && toClient.hasRoom(); ++i) {
        toClient.sendNext(
            this, [&](const QVariantMap &fields) { return m_channel->send(action, fields); },
            [&](const QVariantMap &fields) { return m_channel->request(action, fields, -1); });
    }
}

bool InterruptedPlayer::isSettled() const
{
    return course.isUp() && serverCourse.isUp() && toServer.isComplete() && toClient.isComplete();
}

void InterruptedPlayer::leave()
{
    course.allowEnd();
    serverCourse.allowEnd();
    close();
}

void InterruptedPlayer::end()
{
    toServer.end();
    toClient.end();
    m_tally.wrongEvents += !course.isUp() + !serverCourse.isUp();
}

void InterruptedPlayer::Network_connected()
{
    course.connected();
    send(QStringLiteral("hello"), {{"player", m_number}});
}

void InterruptedPlayer::Network_interrupted()
{
    course.interrupted();
    ++m_tally.interruptions;
}

qint64 InterruptedPlayer::Network_number(qint64 number, const QByteArray &body)
{
    course.received();
    toClient.received(number, body);
    return number;
}

InterruptedGame::InterruptedGame(const InterruptionPlan &plan)
    : m_plan(plan)
{
    m_server.setThreads(plan.threads);
    m_server.setSessionTimeout(patience);
    if (plan.isEncrypted)
        m_server.setSslConfiguration(serverConfiguration());
    m_server.setChannelFactory([this] { return new InterruptedChannel(players, tally); });
    if (!m_server.listen("127.0.0.1", 0))
        qFatal("%s", qPrintable(m_server.errorString()));
    lines.push_back(std::make_unique<FaultProxy>(m_server.port(), plan.seed));
    if (plan.hasBrowsers) {
        m_gate = std::make_unique<SoakGate>(&m_server);
        lines.push_back(std::make_unique<FaultProxy>(m_gate->port(), plan.seed + 1));
    }
}

void InterruptedGame::connectPlayer(InterruptedPlayer &player, int number)
{
    const bool isBrowser = m_gate && number % 3 == 2;
    const quint16 port = lines[isBrowser ? 1 : 0]->port();
    if (isBrowser)
        player.connect(QUrl(QStringLiteral("%1://127.0.0.1:%2/")
                                .arg(QLatin1String(m_plan.isEncrypted ? "wss" : "ws"))
                                .arg(port)));
    else
        player.connect("127.0.0.1", port);
}

qint64 InterruptedGame::connectionCount() const
{
    return std::accumulate(
        lines.begin(), lines.end(), qint64(0),
        [](qint64 count, const auto &line) { return count + line->connectionCount(); });
}

bool InterruptedGame::start(int reconnectInterval)
{
    for (int i = 0; i < m_plan.clients; ++i) {
        players.push_back(std::make_unique<InterruptedPlayer>(i, tally));
        InterruptedPlayer &player = *players.back();
        if (m_plan.isEncrypted)
            player.setSslConfiguration(clientConfiguration());
        player.setReconnectInterval(reconnectInterval);
        player.setMaximumReconnectInterval(20 * reconnectInterval);
        connectPlayer(player, i);
    }
    return waitFor(
        [this] {
            return std::all_of(players.begin(), players.end(), [](const auto &player) {
                return player->isJoined() && player->course.isUp();
            });
        },
        "everybody joins");
}

bool InterruptedGame::play(const std::function<bool()> &isDone, const std::function<void()> &damage)
{
    QTimer talking;
    QObject::connect(&talking, &QTimer::timeout, [this] {
        for (const auto &player : players)
            player->sendMore();
    });
    talking.start(0);
    QTimer damaging;
    QObject::connect(&damaging, &QTimer::timeout, damage);
    damaging.start(10);
    damage();
    // After a fault it may never be done, because a lost session is not resumed.
    return waitFor([&] { return isDone() || tally.faults() > 0; },
                   "there are as many interruptions as wanted");
}

void InterruptedGame::finish()
{
    for (const auto &line : lines)
        line->clearFaults();
    waitFor(
        [this] {
            return std::all_of(players.begin(), players.end(),
                               [](const auto &player) { return player->isSettled(); });
        },
        "everything arrives");
    for (const auto &player : players)
        player->end();
    for (const auto &player : players)
        player->leave();
    waitFor(
        [this] {
            return std::all_of(players.begin(), players.end(),
                               [](const auto &player) { return player->hasLeft(); })
                && m_server.channels().isEmpty();
        },
        "everybody leaves");
}

bool InterruptedGame::waitFor(const std::function<bool()> &condition, const char *what)
{
    QDeadlineTimer deadline(patience);
    QTimer nowAndThen; // because there may be no events while the line is cut
    nowAndThen.start(5);
    qint64 seen = 0;
    while (!condition()) {
        const qint64 moved = tally.interruptions + tally.messages;
        if (std::exchange(seen, moved) != moved) // as long as there is progress, wait
            deadline.setRemainingTime(patience);
        if (deadline.hasExpired()) {
            ::tally().violation(QLatin1String("timed out: ") + QLatin1String(what));
            return false;
        }
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

#include "interruptedgame.moc"
