// SPDX-License-Identifier: MIT
#include "soak/soakclient.h"

#include "soak/tally.h"

#include <QRepod/Client>

#include <algorithm>

using QRepod::Direction;

namespace {

// How often the client acts, in milliseconds.
constexpr int workInterval = 3;

// Within this time, in milliseconds, both ends of a connection must end.
constexpr int endTimeout = 60'000;

// How long to wait for a client that the server may never have identified, in milliseconds.
constexpr int strangerTimeout = 1000;

} // namespace

SoakClient::SoakClient(int number, Style style, quint32 seed, quint16 serverPort, bool isWebSocket)
    : m_number(number)
    , m_style(style)
    , m_isWebSocket(isWebSocket)
    , m_random(seed)
{
    for (auto &proxy : m_proxies)
        proxy = std::make_unique<QRepod::FaultProxy>(serverPort, m_random.generate());
    m_timer.setParent(this);
    connect(&m_timer, &QTimer::timeout, this, &SoakClient::work);
}

SoakClient::~SoakClient()
{
    stopSender();
}

void SoakClient::start()
{
    makeListener();
    m_timer.start(workInterval);
    begin();
}

void SoakClient::makeListener()
{
    if (m_style == Style::PolledMaps)
        m_listener = std::make_unique<SoakListener>();
    else
        m_listener = std::make_unique<TypedSoakListener>();
    m_listener->setAutoPump(m_style == Style::AutoTyped || m_style == Style::AutoTypedInThread);
    connect(m_listener.get(), &SoakListener::joined, this, &SoakClient::joined);
    connect(m_listener.get(), &SoakListener::left, this, &SoakClient::left);
}

void SoakClient::begin()
{
    m_proxy = 1 - m_proxy;
    Plan plan = Plan::random(m_random);
    plan.isWebSocket = m_isWebSocket;
    plan.applyTo(proxy());
    m_ledger = Ledger::create(m_number, plan);
    m_hasClosed = false;
    ++tally().connections;
    if (plan.isCorrupted(Direction::ToServer))
        ++tally().corruptedToServer;
    setState(State::Connecting);
    m_listener->begin(m_ledger, proxy().port());
}

void SoakClient::work()
{
    if (!m_listener->autoPump())
        m_listener->pump();
    judgePending();
    switch (m_state) {
    case State::Connecting:
    case State::Ending:
        if (m_inState.elapsed() > endTimeout) {
            m_ledger->violation(m_state == State::Connecting ? "never connected" : "never ended");
            proxy().reset();
            makeListener();
            setState(State::Judging);
        }
        break;
    case State::Sending:
        if (m_sinceBurst.elapsed() >= m_ledger->plan().interval)
            sendBurst();
        stallSometimes();
        if (m_inState.elapsed() > m_ledger->plan().duration)
            endSending();
        break;
    case State::Judging:
        if (!m_pending.empty())
            break;
        if (!m_isStopping)
            begin();
        else if (m_timer.isActive()) {
            m_timer.stop();
            emit finished();
        }
        break;
    }
}

void SoakClient::joined()
{
    if (m_listener->current() != m_ledger)
        return; // already connected elsewhere
    setState(State::Sending);
    m_sinceBurst.start();
    if (m_style == Style::SendingThreadInThread)
        startSender();
}

void SoakClient::left(const std::shared_ptr<Ledger> &ledger)
{
    stopSender();
    if (ledger == m_ledger) {
        endStall(); // otherwise the server would never notice
        if (!m_hasClosed)
            ledger->endedByItself();
        if (!m_hasClosed && ledger->plan().ending == Plan::Ending::Cut)
            tally().count(Fault::Cut);
        m_pending.push_back({ledger, m_proxy, {}});
        setState(State::Judging);
    } else {
        m_pending.push_back({ledger, 1 - m_proxy, {}});
    }
    m_pending.back().since.start();
}

void SoakClient::sendBurst()
{
    m_sinceBurst.start();
    const int count = m_random.bounded(m_ledger->plan().burst) + 1;
    for (int i = 0; i < count; ++i) {
        const QByteArray body(m_random.bounded(m_ledger->plan().maximumBody),
                              char(m_random.bounded(256)));
        m_ledger->sendNext(Direction::ToServer, body, [this](const QVariantMap &message) {
            return m_listener->send(message);
        });
    }
}

void SoakClient::stallSometimes()
{
    if (!m_ledger->plan().stalls || m_random.bounded(50) != 0)
        return;
    m_isStalled = !m_isStalled;
    if (m_isStalled) {
        tally().count(Fault::Stall);
        proxy().stall(m_random.bounded(2) ? Direction::ToServer : Direction::ToClient);
    } else {
        proxy().resume();
    }
}

void SoakClient::endStall()
{
    if (m_isStalled)
        proxy().resume();
    m_isStalled = false;
}

void SoakClient::endSending()
{
    stopSender();
    endStall();
    setState(State::Ending);
    m_hasClosed = true;
    const Plan &plan = m_ledger->plan();
    switch (plan.ending) {
    case Plan::Ending::ClientClose:
    case Plan::Ending::Cut:        // the offset has not been reached,
    case Plan::Ending::Corruption: // or nothing was noticed, or an invalid frame is awaited
        m_listener->close();
        break;
    case Plan::Ending::ServerClose:
        m_listener->send("bye", {{"key", m_ledger->key()}});
        break;
    case Plan::Ending::Reconnect:
        if (m_pending.empty())
            begin();
        else // the other proxy is still in use
            m_listener->close();
        break;
    case Plan::Ending::Destruction:
        tally().count(Fault::Destruction);
        makeListener();
        m_pending.push_back({m_ledger, m_proxy, {}});
        m_pending.back().since.start();
        setState(State::Judging);
        break;
    case Plan::Ending::Reset:
        tally().count(Fault::Reset);
        proxy().reset();
        break;
    case Plan::Ending::HalfClose:
        tally().count(Fault::HalfClose);
        proxy().halfClose(plan.direction);
        break;
    }
}

//! Also judges connections that the server has finished with.
void SoakClient::judgePending()
{
    const auto isJudged = [this](const Pending &pending) {
        Ledger &ledger = *pending.ledger;
        const bool isStranger = !ledger.hasServerJoined() && !ledger.plan().mustEndCleanly()
            && pending.since.elapsed() > strangerTimeout;
        if (!ledger.hasServerEnded() && !isStranger) {
            if (pending.since.elapsed() < endTimeout)
                return false;
            ledger.violation(ledger.hasServerJoined() ? "never ended at the server"
                                                      : "never came to the server");
            m_proxies[pending.proxy]->reset();
        }
        ledger.judge();
        return true;
    };
    m_pending.erase(std::remove_if(m_pending.begin(), m_pending.end(), isJudged), m_pending.end());
}

void SoakClient::setState(State state)
{
    m_state = state;
    m_inState.start();
}

//! Sends from another thread of the game too, through the connection.
void SoakClient::startSender()
{
    m_isSending = true;
    m_sender = std::thread([this, ledger = m_ledger, connection = m_listener->connection()] {
        QRandomGenerator random(quint32(ledger->key()));
        while (m_isSending) {
            const QByteArray body(random.bounded(ledger->plan().maximumBody), 's');
            ledger->sendNext(Direction::ToServer, body, [connection](const QVariantMap &message) {
                return connection->send(message);
            });
            std::this_thread::sleep_for(std::chrono::milliseconds(ledger->plan().interval));
        }
    });
}

void SoakClient::stopSender()
{
    m_isSending = false;
    if (m_sender.joinable())
        m_sender.join();
}
