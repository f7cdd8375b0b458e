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
/// A handler that takes one, anywhere among its parameters, answers by itself, at once or later:
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
/// be used in any thread. When the last copy is destroyed unanswered, the request is refused.
class QREPOD_EXPORT Request
{
public:
    class Private; ///< the library's own part

    Request(); ///< not a request: isValid() is false
    explicit Request(std::shared_ptr<Private> part);
    ~Request();
    Request(const Request &);
    Request(Request &&) noexcept;
    Request &operator=(const Request &);
    Request &operator=(Request &&) noexcept;

    //! Whether somebody waits for an answer. False in a handler that was called for a message that
    //! is no request, or for one that another handler answers already.
    bool isValid() const;

    //! Answers with \a result, which may be anything that a field of a message may be.
    ///
    /// A \a result that cannot be encoded refuses the request instead, with a warning.
    /// \return the bytes accepted; 0 if the request has been answered before, if the peer has gone,
    ///         if \a result cannot be encoded, and if isValid() is false.
    qint64 reply(const QVariant &result = {}) const;

    //! Answers that there is no result: the sender's future fails with \a error, behind the name of
    //! the action.
    ///
    /// \return the bytes accepted; 0 as for reply().
    qint64 refuse(const QString &error) const;

private:
    std::shared_ptr<Private> d;
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::Request)
