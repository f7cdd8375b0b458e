// SPDX-License-Identifier: MIT
#include <QRepod/request.h>

#include "delivery/requestfields.h"
#include "delivery/requestprivate.h"
#include "protocol/text.h"
#include "session/refusaltext.h"
#include "transport/link.h"

#include <QtCore/qloggingcategory.h>

#include <utility>

namespace QRepod {

Q_LOGGING_CATEGORY(requestLog, "qrepod.request", QtWarningMsg)

Request::Private::Private(AnswerPath &&path, quint64 number)
    : m_path(std::move(path))
    , m_number(number)
{
}

Request::Private::~Private()
{
    fail(notAnswered());
}

qint64 Request::Private::reply(const QVariant &result)
{
    if (!begin())
        return 0;
    const EncodedMessage message = answer(resultField(), result);
    if (message.isValid())
        return send(message);
    qCWarning(requestLog).noquote() << notSent(message, m_path.peer, message.error());
    sendFailure(message.error());
    return 0;
}

qint64 Request::Private::refuse(const QString &error)
{
    if (error.isEmpty())
        return fail(wasRefused());
    return begin() ? send(answer(errorField(), error)) : 0;
}

qint64 Request::Private::fail(const QString &reason)
{
    return begin() ? sendFailure(reason) : 0;
}

//! QRepod adds the action itself when it reports the error to the asker. A plain peer shows the
//! error as it is.
qint64 Request::Private::sendFailure(const QString &reason)
{
    const bool isPlain = m_path.expectation && !m_path.expectation->isPeerKnown();
    return send(
        answer(errorField(), isPlain ? refusalText(shownText(m_path.action), reason) : reason));
}

EncodedMessage Request::Private::answer(const QString &field, const QVariant &value) const
{
    return EncodedMessage(withAction(replyAction(), {{requestField(), m_number}, {field, value}}),
                          m_path.limits);
}

qint64 Request::Private::send(const EncodedMessage &message)
{
    const Outbox::Result result = m_path.send(message);
    m_path.expectation.reset();
    if (result.status == Outbox::Status::Full)
        qCWarning(requestLog).noquote() << notSent(message, m_path.peer, result.error);
    return result.bytes;
}

Request::Request() = default;
Request::~Request() = default;
Request::Request(const Request &) = default;
Request::Request(Request &&) noexcept = default;
Request &Request::operator=(const Request &) = default;
Request &Request::operator=(Request &&) noexcept = default;

Request::Request(std::shared_ptr<Private> part)
    : d(std::move(part))
{
}

bool Request::isValid() const
{
    return d != nullptr;
}

qint64 Request::reply(const QVariant &result) const
{
    return d ? d->reply(result) : 0;
}

qint64 Request::refuse(const QString &error) const
{
    return d ? d->refuse(error) : 0;
}

} // namespace QRepod
