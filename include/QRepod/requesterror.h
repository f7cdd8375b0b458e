// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qglobal.h>
#if QT_CONFIG(future)
#    include <QtCore/qbytearray.h>
#    include <QtCore/qexception.h>
#    include <QtCore/qstring.h>

namespace QRepod {

//! Why a request has no result: the peer refused it, it timed out, or the connection ended.
///
/// The future of ConnectionListener::request() and Channel::request() fails with it:
///
/// \code
/// request.onFailed([](const QRepod::RequestError &error) { showText(error.error()); });
/// \endcode
class QREPOD_EXPORT RequestError : public QException
{
public:
    explicit RequestError(const QString &error);
    ~RequestError() override;

    RequestError(const RequestError &) = default;
    RequestError &operator=(const RequestError &) = default;

    //! A text with the action and the reason: `"buy: not enough gold"`.
    QString error() const { return m_error; }

    //! The same text in UTF-8.
    const char *what() const noexcept override;

    void raise() const override;
    RequestError *clone() const override;

private:
    QString m_error;
    QByteArray m_utf8;
};

} // namespace QRepod
#endif
