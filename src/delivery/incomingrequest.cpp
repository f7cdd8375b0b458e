// SPDX-License-Identifier: MIT
#include "delivery/incomingrequest.h"

#include "delivery/futureanswer.h"
#include "delivery/requestfields.h"

namespace QRepod {

void IncomingRequest::finish(Dispatcher::Outcome outcome, [[maybe_unused]] QObject *reader)
{
    if (outcome == Dispatcher::Outcome::Unhandled)
        m_part->fail(noHandler());
    else if (outcome == Dispatcher::Outcome::Mismatched)
        m_part->fail(m_answer.mismatch);
    else if (!m_answer.exception.isNull())
        m_request.refuse(m_answer.exception);
#if QT_CONFIG(future)
    else if (FutureAnswer::isFuture(m_answer.value))
        FutureAnswer::follow(m_answer.value, m_request, reader);
#endif
    else if (!m_answer.isTaken)
        m_request.reply(m_answer.value); // nil if the handler returns nothing
}

} // namespace QRepod
