// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>
#include <QRepod/requesterror.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

//! A message whose sender waits for an answer.
///
/// A handler that takes a Request, anywhere among its parameters, sends the answer itself, at once
/// or later:
///
/// \code
/// void Network_buy(int item, const QRepod::Request &request)
/// {
///     if (gold < priceOf(item))
///         request.refuse("not enough gold");
///     else
///         m_shop.deliver(item, [request](const QVariantMap &bought) { request.reply(bought); });
/// }
/// \endcode
///
/// A request is answered once. It is a value: all copies stand for the same request, and each may
/// be used in any thread. If the last copy is destroyed unanswered, the request is refused.
class QREPOD_EXPORT Request
{
public:
    class Private; ///< the library's implementation

    Request(); ///< not a request: isValid() is false
    explicit Request(std::shared_ptr<Private> part);
    ~Request();
    Request(const Request &);
    Request(Request &&) noexcept;
    Request &operator=(const Request &);
    Request &operator=(Request &&) noexcept;

    //! Whether the sender waits for an answer. False if the message was not a request, or if
    //! another handler already answers it.
    bool isValid() const;

    //! Answers with \a result, which may be anything that a message's field may be.
    ///
    /// If \a result cannot be encoded, the request is refused instead, with a warning.
    /// \return the bytes accepted; 0 if the request has already been answered, the peer is gone,
    ///         \a result cannot be encoded, or isValid() is false.
    qint64 reply(const QVariant &result = {}) const;

    //! Refuses the request: the sender's future fails with \a error, preceded by the action's name.
    ///
    /// \return the bytes accepted; 0 as for reply().
    qint64 refuse(const QString &error) const;

private:
    std::shared_ptr<Private> d;
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::Request)
