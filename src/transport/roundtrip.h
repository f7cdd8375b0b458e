// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qvariant.h>

#include <array>
#include <optional>
#include <utility>

namespace QRepod {

//! How long a message takes to a peer that answers, and back: `_ping` and `_pong`.
///
/// TCP's own figure has the time in it for which the peer's system waits before it acknowledges. A
/// peer that does not answer is asked once. Used in the connection's thread; times are told, in
/// microseconds.
class RoundTrip
{
public:
    //! Whether the peer may be asked: it has answered the question before.
    bool isReady() const { return m_asked < 0; }

    //! The question, a control frame. It is asked \a now.
    QByteArray ask(qint64 now);

    //! The question was not sent.
    void forget() { m_asked = -1; }

    //! \return whether \a answer is that to the question; if not, it is another's.
    bool take(const QVariant &answer, qint64 now);

    //! Whether an answer has come since this was asked last.
    bool isNew() { return std::exchange(m_isNew, false); }

    //! The smallest of the latest few: what is above it is mostly somebody who was busy. Nothing
    //! before the first.
    std::optional<qint64> smallest() const;

    //! Microseconds on a clock that only goes forward.
    static qint64 now();

private:
    std::array<qint64, 4> m_latest = {-1, -1, -1, -1};
    size_t m_next = 0;   // place in there
    qint64 m_asked = -1; // when; the question's value, too
    bool m_isNew = false;
};

} // namespace QRepod
