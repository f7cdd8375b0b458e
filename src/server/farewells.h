// SPDX-License-Identifier: MIT
#pragma once

#include "session/token.h"
#include "transport/deadlines.h"

#include <QtCore/qhash.h>
#include <QtCore/qlist.h>

#include <optional>

namespace QRepod {

//! The last thing that a client hears before the server drops it.
struct Farewell
{
    QByteArray control;
    QString plainError; ///< an error for peers that do not understand control frames, or empty
};

//! Farewells that may not have been heard because the line was already lost. A client that comes
//! back with its token hears its farewell then. Used in the server's working thread.
///
/// It keeps only the tokens' digests, and forgets the oldest entries past a limit.
class Farewells
{
public:
    //! Keeps \a farewell for \a milliseconds.
    void add(const QString &token, const Farewell &farewell, int milliseconds)
    {
        if (token.isEmpty())
            return;
        const qint64 now = Deadlines::now();
        while (!m_order.isEmpty()
               && (m_order.size() >= maximumCount || m_entries[m_order.first()].until <= now))
            m_entries.remove(m_order.takeFirst());
        const QByteArray digest = Token::digest(token);
        if (!m_entries.contains(digest))
            m_order.append(digest);
        m_entries.insert(digest, {farewell, now + milliseconds});
    }

    std::optional<Farewell> find(const QString &token) const
    {
        const auto entry = m_entries.constFind(Token::digest(token));
        if (entry == m_entries.cend() || entry->until <= Deadlines::now())
            return std::nullopt;
        return entry->farewell;
    }

private:
    struct Entry
    {
        Farewell farewell;
        qint64 until;
    };

    static constexpr qsizetype maximumCount = 1'000;

    QHash<QByteArray, Entry> m_entries;
    QList<QByteArray> m_order; // in the order of adding
};

} // namespace QRepod
