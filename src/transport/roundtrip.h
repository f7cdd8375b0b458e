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
/// TCP's own figure includes the time for which the peer's system delays its acknowledgements. A
/// peer that does not answer is asked only once. Used in the connection's thread; times are passed
/// in, in microseconds.
class RoundTrip
{
public:
    //! Whether the peer may be asked: it has answered the previous question.
    bool isReady() const { return m_asked < 0; }

    //! Returns the question, a control frame, which is asked at \a now.
    QByteArray ask(qint64 now);

    //! The question was not sent.
    void forget() { m_asked = -1; }

    //! \return whether \a answer answers this question; if not, it answers another.
    bool take(const QVariant &answer, qint64 now);

    //! Whether an answer has arrived since the last call.
    bool isNew() { return std::exchange(m_isNew, false); }

    //! The smallest of the latest few times: a longer one usually means that somebody was busy.
    //! Nothing before the first answer.
    std::optional<qint64> smallest() const;

    //! Microseconds on a clock that only advances.
    static qint64 now();

private:
    std::array<qint64, 4> m_latest = {-1, -1, -1, -1};
    size_t m_next = 0;   // place in m_latest
    qint64 m_asked = -1; // when; also the question's value
    bool m_isNew = false;
};

} // namespace QRepod
