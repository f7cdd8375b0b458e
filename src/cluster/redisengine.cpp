// SPDX-License-Identifier: MIT
#include "cluster/redisengine.h"

#include <QtCore/qpointer.h>
#include <QtCore/qrandom.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

constexpr int firstDelay = 100;
constexpr int longestDelay = 2000;

// Scripts are single steps. What they see is what they change.
const QByteArray claimScript = R"(
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 0 then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1])";

const QByteArray removeScript = R"(
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0)";

//! What `INFO server` tells. A Redis that may not tell it is known by its keys alone.
QByteArray runOf(const QByteArray &information)
{
    const QByteArray field = "run_id:";
    const qsizetype place = information.indexOf(field);
    if (place < 0)
        return "unknown";
    const qsizetype begin = place + field.size();
    return information.mid(begin, information.indexOf('\r', begin) - begin);
}

} // namespace

RedisEngine::RedisEngine(const RedisEndpoint &endpoint)
    : m_commands(endpoint, this)
    , m_listener(endpoint, this)
{
    for (RedisConnection *connection : {&m_commands, &m_listener}) {
        connect(connection, &RedisConnection::ready, this, &RedisEngine::handleReady);
        connect(connection, &RedisConnection::lost, this, &RedisEngine::handleLost);
    }
    connect(&m_listener, &RedisConnection::published, this, &Engine::received);
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &RedisEngine::connectBoth);
}

void RedisEngine::open(int timeout)
{
    m_timeout = timeout;
    m_delay = firstDelay;
    connectBoth();
}

void RedisEngine::connectBoth()
{
    m_commands.open(m_timeout);
    m_listener.open(m_timeout);
}

void RedisEngine::handleReady()
{
    if (!m_commands.isReady() || !m_listener.isReady())
        return;
    m_isListening = true;
    m_hasToldDown = false;
    m_delay = firstDelay;
    for (const QByteArray &topic : std::as_const(m_topics))
        m_listener.send({"SUBSCRIBE", topic});
    m_commands.send({"INFO", "server"}, [this](const std::optional<RespValue> &reply) {
        if (reply)
            handleIntroduced(*reply);
    });
}

//! Nothing is asked before: whoever asks has to know that Redis may have forgotten everything.
void RedisEngine::handleIntroduced(const RespValue &information)
{
    m_run = runOf(information.text);
    // It answers in order, so the topics are subscribed to when it has answered this.
    m_listener.send({"PING"}, [this](const std::optional<RespValue> &reply) {
        if (!reply)
            return;
        m_isUp = true;
        Q_EMIT up();
    });
}

void RedisEngine::handleLost(const QString &error)
{
    m_isListening = false;
    m_isUp = false;
    m_retry.start(m_delay + int(QRandomGenerator::global()->bounded(m_delay)));
    m_delay = std::min(longestDelay, m_delay * 2);
    const QPointer<RedisEngine> alive(this); // what is refused now may delete it
    m_commands.close();
    if (alive)
        m_listener.close();
    if (alive && !std::exchange(m_hasToldDown, true))
        Q_EMIT down(error);
}

void RedisEngine::subscribe(const QByteArray &topic)
{
    if (m_topics.contains(topic))
        return;
    m_topics.insert(topic);
    if (!m_isListening)
        return;
    m_listener.send({"SUBSCRIBE", topic}, [this, topic](const std::optional<RespValue> &reply) {
        if (reply && m_topics.contains(topic))
            Q_EMIT subscribed(topic);
    });
}

void RedisEngine::unsubscribe(const QByteArray &topic)
{
    if (m_topics.remove(topic) && m_isListening)
        m_listener.send({"UNSUBSCRIBE", topic});
}

bool RedisEngine::publish(const QByteArray &topic, const QByteArray &payload)
{
    if (!m_isUp || m_commands.bytesWaiting() > maximumWaiting)
        return false;
    m_commands.send({"PUBLISH", topic, payload});
    return true;
}

//! What Redis refuses, for example because its memory is full, has not happened.
void RedisEngine::ask(const QByteArrayList &command, Receiver receiver)
{
    if (!m_isUp) {
        const auto refuse = [receiver = std::move(receiver)] { receiver({}); };
        QMetaObject::invokeMethod(this, refuse, Qt::QueuedConnection);
        return;
    }
    m_commands.send(command, [receiver = std::move(receiver)](const auto &reply) {
        const bool hasCome = reply && reply->kind != RespValue::Kind::Error;
        receiver(hasCome ? Answer{true, reply->text} : Answer{});
    });
}

void RedisEngine::put(const QByteArray &key, const QByteArray &value, int milliseconds,
                      Receiver receiver)
{
    ask({"SET", key, value, "PX", QByteArray::number(milliseconds)}, std::move(receiver));
}

void RedisEngine::get(const QByteArray &key, Receiver receiver)
{
    ask({"GET", key}, std::move(receiver));
}

void RedisEngine::claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
                        const QByteArray &guard, Receiver receiver)
{
    QByteArrayList keys{key};
    if (!guard.isEmpty())
        keys << guard;
    ask(QByteArrayList{"EVAL", claimScript, QByteArray::number(keys.size())} + keys
            + QByteArrayList{holder, QByteArray::number(milliseconds)},
        std::move(receiver));
}

void RedisEngine::remove(const QByteArray &key, const QByteArray &value)
{
    if (m_isUp)
        m_commands.send({"EVAL", removeScript, "1", key, value});
}

} // namespace QRepod
