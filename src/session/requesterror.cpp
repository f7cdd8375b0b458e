// SPDX-License-Identifier: MIT
#include <QRepod/requesterror.h>

namespace QRepod {

RequestError::RequestError(const QString &error)
    : m_error(error)
    , m_utf8(error.toUtf8())
{
}

RequestError::~RequestError() = default;

const char *RequestError::what() const noexcept
{
    return m_utf8.constData();
}

void RequestError::raise() const
{
    throw *this;
}

RequestError *RequestError::clone() const
{
    return new RequestError(*this);
}

} // namespace QRepod
