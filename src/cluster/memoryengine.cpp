// SPDX-License-Identifier: MIT
#include "cluster/memoryengine.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qhash.h>

#include <mutex>
#include <utility>

namespace QRepod {

//! Where engines meet. Events are posted with the lock held, so no subscriber can go.
struct MemoryEngine::Hub
{
    struct Kept
    {
        QByteArray value;
        QDeadlineTimer expiry;
    };

    //! Called with the lock held. Returns null if there is no such key.
    QByteArray valueOf(const QByteArray &key)
    {
        const auto place = keys.find(key);
        if (place == keys.end())
            return {};
        if (!place->expiry.hasExpired())
            return place->value;
        keys.erase(place);
        return {};
    }

    std::mutex mutex; // guards everything below
    QHash<QByteArray, QSet<MemoryEngine *>> subscribers;
    QHash<QByteArray, Kept> keys;
};

std::shared_ptr<MemoryEngine::Hub> MemoryEngine::hubOf(const QString &name)
{
    static std::mutex mutex; // guards the next line
    static QHash<QString, std::weak_ptr<Hub>> hubs;
    const std::lock_guard lock(mutex);
    std::weak_ptr<Hub> &known = hubs[name];
    std::shared_ptr<Hub> hub = known.lock();
    if (!hub)
        known = hub = std::make_shared<Hub>();
    return hub;
}

MemoryEngine::MemoryEngine(const QString &name)
    : m_hub(hubOf(name))
{
}

MemoryEngine::~MemoryEngine()
{
    const std::lock_guard lock(m_hub->mutex);
    for (QSet<MemoryEngine *> &subscribers : m_hub->subscribers)
        subscribers.remove(this);
}

void MemoryEngine::open(int)
{
    QMetaObject::invokeMethod(this, &Engine::up, Qt::QueuedConnection);
}

void MemoryEngine::subscribe(const QByteArray &topic)
{
    const std::lock_guard lock(m_hub->mutex);
    m_hub->subscribers[topic].insert(this);
    const auto tell = [=, this] { Q_EMIT subscribed(topic); };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
}

void MemoryEngine::unsubscribe(const QByteArray &topic)
{
    const std::lock_guard lock(m_hub->mutex);
    m_hub->subscribers[topic].remove(this);
}

bool MemoryEngine::publish(const QByteArray &topic, const QByteArray &payload)
{
    const std::lock_guard lock(m_hub->mutex);
    for (MemoryEngine *subscriber : std::as_const(m_hub->subscribers[topic])) {
        const auto tell = [=] { Q_EMIT subscriber->received(topic, payload); };
        QMetaObject::invokeMethod(subscriber, tell, Qt::QueuedConnection);
    }
    return true;
}

void MemoryEngine::answer(Receiver receiver, const QByteArray &value)
{
    const auto tell = [receiver = std::move(receiver), value] { receiver({true, value}); };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
}

void MemoryEngine::put(const QByteArray &key, const QByteArray &value, int milliseconds,
                       Receiver receiver)
{
    const std::lock_guard lock(m_hub->mutex);
    m_hub->keys.insert(key, {value, QDeadlineTimer(milliseconds)});
    answer(std::move(receiver), value);
}

void MemoryEngine::get(const QByteArray &key, Receiver receiver)
{
    const std::lock_guard lock(m_hub->mutex);
    answer(std::move(receiver), m_hub->valueOf(key));
}

void MemoryEngine::claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
                         const QByteArray &guard, Receiver receiver)
{
    const std::lock_guard lock(m_hub->mutex);
    const QByteArray present = m_hub->valueOf(key);
    if (!present.isNull() && present != holder)
        return answer(std::move(receiver), present);
    if (!guard.isEmpty() && m_hub->valueOf(guard).isNull())
        return answer(std::move(receiver), {});
    m_hub->keys.insert(key, {holder, QDeadlineTimer(milliseconds)});
    answer(std::move(receiver), holder);
}

void MemoryEngine::remove(const QByteArray &key, const QByteArray &value)
{
    const std::lock_guard lock(m_hub->mutex);
    if (m_hub->valueOf(key) == value)
        m_hub->keys.remove(key);
}

} // namespace QRepod
