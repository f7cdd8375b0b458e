// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/requestprivate.h"
#include "dispatch/answer.h"
#include "dispatch/dispatcher.h"

#include <array>
#include <utility>

namespace QRepod {

//! A request of the peer on its way through the handlers, and their answer.
///
/// It is on its reader's stack, and survives a handler that deletes the reader.
class IncomingRequest
{
public:
    //! The types that handlers may take besides the message's fields.
    static std::vector<QMetaType> supplied() { return {QMetaType::fromType<Request>()}; }

    IncomingRequest(AnswerPath &&path, quint64 number)
        : m_part(std::make_shared<Request::Private>(std::move(path), number))
        , m_request(m_part)
        , m_supplied{{{QMetaType::fromType<Request>(), &m_request}}}
        , m_answer{m_supplied}
    {
    }
    Q_DISABLE_COPY_MOVE(IncomingRequest)

    //! For the dispatchers, one after another.
    Answer *answer() { return &m_answer; }

    //! Replaces what a handler has returned by what \a convert makes of it.
    template <class Convert>
    void convertAnswer(Convert convert)
    {
        if (m_answer.isGiven)
            m_answer.value = convert(m_answer.value);
    }

    //! Answers, unless a handler does so itself.
    ///
    /// \a outcome is that of all dispatchers. \a reader lives in this thread; an answer that comes
    /// later, by a QFuture, is sent only while it lives.
    void finish(Dispatcher::Outcome outcome, QObject *reader);

private:
    const std::shared_ptr<Request::Private> m_part;
    const Request m_request; // the same, for handlers
    const std::array<Supplied, 1> m_supplied;
    Answer m_answer;
};

} // namespace QRepod
