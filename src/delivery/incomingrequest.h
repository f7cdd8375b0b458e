// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/requestprivate.h"
#include "dispatch/answer.h"
#include "dispatch/dispatcher.h"

#include <array>
#include <utility>

namespace QRepod {

//! A request of the peer on its way through the handlers, and what becomes of their answer.
///
/// It is on the stack of its reader, and is still there when a handler has deleted that.
class IncomingRequest
{
public:
    //! What handlers may take besides what is in the message.
    static std::vector<QMetaType> supplied() { return {QMetaType::fromType<Request>()}; }

    IncomingRequest(AnswerPath &&path, quint64 number)
        : m_request(std::make_shared<Request::Private>(std::move(path), number))
        , m_supplied{{{QMetaType::fromType<Request>(), &m_request}}}
        , m_answer{m_supplied}
    {
    }
    Q_DISABLE_COPY_MOVE(IncomingRequest)

    //! For the dispatchers that are asked for it, one after the other.
    Answer *answer() { return &m_answer; }

    //! Lets \a convert make something else of what a handler has returned.
    template <class Convert>
    void convertAnswer(Convert convert)
    {
        if (m_answer.isGiven)
            m_answer.value = convert(m_answer.value);
    }

    //! Answers, if no handler does so by itself.
    ///
    /// \a outcome is that of all dispatchers. \a reader lives in this thread; what a handler
    /// answers later, by a QFuture, goes out while it lives.
    void finish(Dispatcher::Outcome outcome, QObject *reader);

private:
    const Request m_request;
    const std::array<Supplied, 1> m_supplied;
    Answer m_answer;
};

} // namespace QRepod
