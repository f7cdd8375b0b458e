// SPDX-License-Identifier: MIT
#pragma once

#include "session/token.h"
#include "transport/deadlines.h"

#include <QtCore/qhash.h>
#include <QtCore/qlist.h>

#include <optional>

namespace QRepod {

//! The last that a client hears which the server does not want to keep.
struct Farewell
{
    QByteArray control;
    QString otherwise; ///< an error for those who do not understand control frames, or empty
};

//! Farewells that may not have been heard, because the line was lost before: a client that comes
//! back with its token hears it then. Works in the server's working thread.
///
/// It knows the tokens' digests alone, and forgets the oldest of too many.
class Farewells
{
public:
    //! For so many \a milliseconds.
    void add(const QString &token, const Farewell &farewell, int milliseconds)
    {
        if (token.isEmpty())
            return;
        const qint64 now = Deadlines::now();
        while (!m_order.isEmpty()
               && (m_order.size() >= most || m_entries[m_order.first()].until <= now))
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

    static constexpr qsizetype most = 1'000;

    QHash<QByteArray, Entry> m_entries;
    QList<QByteArray> m_order; // in which they were added
};

} // namespace QRepod
