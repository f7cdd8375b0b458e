// SPDX-License-Identifier: MIT
#include "transport/connectiongroups.h"

namespace QRepod {

ConnectionGroups::ConnectionGroups(QObject *server)
    : m_local(std::make_unique<ConnectionGroup>(server))
{
}

ConnectionGroups::~ConnectionGroups()
{
    for (const auto &thread : m_threads)
        thread->endSoon();
    // The server's thread cannot wait for its own events, so another thread takes over.
    if (!m_local->isEmpty()) {
        m_threads.push_back(std::make_unique<NetworkThread>(std::move(m_local)));
        m_threads.back()->start();
        m_threads.back()->endSoon();
    }
}

void ConnectionGroups::setThreads(int count)
{
    m_threadsInUse = size_t(count);
    while (m_threads.size() < m_threadsInUse) {
        m_threads.push_back(std::make_unique<NetworkThread>(std::make_unique<ConnectionGroup>()));
        m_threads.back()->start();
    }
}

void ConnectionGroups::open(const Link &link, const ConnectionSettings &settings,
                            std::unique_ptr<Stream> stream)
{
    if (m_threadsInUse == 0) {
        m_local->open(link, settings, std::move(stream));
        return;
    }
    m_nextThread = (m_nextThread + 1) % m_threadsInUse;
    m_threads[m_nextThread]->post(
        [link, settings, stream = std::move(stream)](ConnectionGroup *group) mutable {
            group->open(link, settings, std::move(stream));
        });
}

void ConnectionGroups::refuse(const ConnectionSettings &settings, std::unique_ptr<Stream> stream,
                              const QByteArray &frame)
{
    m_local->refuse(settings, std::move(stream), frame);
}

} // namespace QRepod
