// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"
#include "transport/outbox.h"

#include <QRepod/request.h>

#include <atomic>
#include <functional>
#include <memory>

namespace QRepod {

//! The way back to the peer. Usable in any thread, and after its reader has been deleted.
struct AnswerPath
{
    std::function<Outbox::Result(const EncodedMessage &)> send;
    MessageLimits limits;
    QString peer;                                     ///< for warnings
    std::unique_ptr<Outbox::Expectation> expectation; ///< until the answer
    QByteArray action = {};                           ///< of the request
};

//! What all copies of a request share. Any thread.
class Q_DECL_HIDDEN Request::Private
{
public:
    Private(AnswerPath &&path, quint64 number);
    ~Private(); ///< refuses the request if it was not answered
    Q_DISABLE_COPY_MOVE(Private)

    qint64 reply(const QVariant &result);
    qint64 refuse(const QString &error); ///< in the game's own words
    qint64 fail(const QString &reason);  ///< in the library's

private:
    bool begin() { return !m_isAnswered.exchange(true); }
    EncodedMessage answer(const QString &field, const QVariant &value) const;
    qint64 sendFailure(const QString &reason);
    qint64 send(const EncodedMessage &message);

    AnswerPath m_path;
    const quint64 m_number;
    std::atomic<bool> m_isAnswered = false;
};

} // namespace QRepod
