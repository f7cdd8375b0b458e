// SPDX-License-Identifier: MIT
#include "transport/networkthread.h"

#include <QtCore/qcoreapplication.h>

namespace QRepod {

namespace {

// A destructor has 0.5 s in every state; this leaves room for a busy machine. The peer's closing is
// waited for only briefly: what is written reaches it whether or not we see it close.
constexpr CloseBounds destructorBounds{300, 100};

} // namespace

NetworkThread::NetworkThread(std::unique_ptr<ConnectionGroup> group)
    : m_group(std::move(group))
{
    m_thread.setObjectName(QStringLiteral("QRepod network"));
    m_group->moveTo(&m_thread);
}

NetworkThread::~NetworkThread()
{
    endSoon();
    m_thread.wait();
}

void NetworkThread::start()
{
    m_thread.start();
}

void NetworkThread::endSoon()
{
    if (std::exchange(m_isEnding, true))
        return;
    if (QCoreApplication::instance())
        post([](ConnectionGroup *group) { group->endThread(destructorBounds); });
    else
        m_thread.quit(); // which needs no event; run() closes what is open
}

void NetworkThread::Thread::run()
{
    exec();
    m_owner.m_group->closeNow(destructorBounds.flush);
}

} // namespace QRepod
