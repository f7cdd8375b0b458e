// SPDX-License-Identifier: MIT
#include "transport/networkthread.h"

#include <QtCore/qcoreapplication.h>

#include <atomic>

namespace QRepod {

namespace {

// A destructor has 0.5 s in every state; this leaves room for a busy machine. The wait for the peer
// to close is short: what is written reaches the peer whether or not we see it close.
constexpr CloseBounds destructorBounds{300, 100};

std::atomic<NetworkThread::Home> usual =
    hasThreads ? NetworkThread::Home::Own : NetworkThread::Home::Shared;

} // namespace

#ifdef QREPOD_NO_THREADS

class NetworkThread::Thread // never created
{
public:
    explicit Thread(ConnectionGroup &group) { Q_UNUSED(group) }
    void start() { }
    void endSoon() { }
    void wait() { }
};

#else

class NetworkThread::Thread final : public QThread
{
public:
    explicit Thread(ConnectionGroup &group)
        : m_group(group)
    {
        setObjectName(QStringLiteral("QRepod network"));
        m_group.moveTo(this);
    }

    //! Closes what is open, and ends. Any thread.
    void endSoon()
    {
        if (!QCoreApplication::instance())
            return quit(); // needs no event; run() closes what is open
        QMetaObject::invokeMethod(
            &m_group, [this] { m_group.close(destructorBounds, [this] { quit(); }); },
            Qt::QueuedConnection);
    }

protected:
    void run() override
    {
        exec();
        m_group.closeNow(destructorBounds.flush);
    }

private:
    ConnectionGroup &m_group;
};

#endif

NetworkThread::Home NetworkThread::usualHome()
{
    return usual;
}

void NetworkThread::setUsualHome(Home home)
{
    if (hasThreads)
        usual = home;
}

NetworkThread::NetworkThread(std::unique_ptr<ConnectionGroup> group, Home home)
    : m_group(std::move(group))
    , m_thread(hasThreads && home == Home::Own ? std::make_unique<Thread>(*m_group) : nullptr)
{
}

NetworkThread::~NetworkThread()
{
    endSoon();
    if (m_thread)
        m_thread->wait();
    else
        m_group->closeNow(destructorBounds.flush);
}

void NetworkThread::start()
{
    if (m_thread)
        m_thread->start();
}

void NetworkThread::endSoon()
{
    if (m_thread && !std::exchange(m_isEnding, true))
        m_thread->endSoon();
}

} // namespace QRepod
