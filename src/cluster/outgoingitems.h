// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/envelope.h"

#include <QtCore/qhash.h>

#include <mutex>
#include <utility>
#include <vector>

namespace QRepod {

//! What this node says until the end of the turn, by topic. Any thread may add to it.
class OutgoingItems
{
public:
    //! The most that may wait, in bytes; more is dropped.
    static constexpr qint64 maximumSize = 64 * 1024 * 1024;

    enum class Added { First, Later, Dropped };

    //! Returns First if nothing was waiting, so that somebody has to be told to take it.
    Added add(const QByteArray &topic, Item item)
    {
        const std::lock_guard lock(m_mutex);
        if (m_size > maximumSize)
            return Added::Dropped;
        m_size += item.data.size();
        const bool isFirst = m_topics.empty();
        auto place = m_places.constFind(topic);
        if (place == m_places.cend()) {
            place = m_places.insert(topic, m_topics.size());
            m_topics.push_back({topic, {}});
        }
        m_topics[*place].second.append(std::move(item));
        return isFirst ? Added::First : Added::Later;
    }

    using Topics = std::vector<std::pair<QByteArray, QList<Item>>>;

    //! Returns everything, with topics in the order in which they were first added to.
    Topics takeAll()
    {
        const std::lock_guard lock(m_mutex);
        m_places.clear();
        m_size = 0;
        return std::exchange(m_topics, {});
    }

private:
    std::mutex m_mutex; // guards everything below
    Topics m_topics;
    QHash<QByteArray, size_t> m_places;
    qint64 m_size = 0;
};

} // namespace QRepod
