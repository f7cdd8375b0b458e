// SPDX-License-Identifier: MIT
#include "dispatch/handler.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_LOGGING_CATEGORY(dispatchLog, "qrepod.dispatch", QtWarningMsg)

Handler::Handler(const QByteArray &name)
    : m_name(name)
{
}

void Handler::add(const QMetaMethod &method, int optional, Leading leading, Converters &converters)
{
    auto added = std::make_unique<const Method>(method, optional, leading, converters);
    if (added->fault().isEmpty()) {
        m_methods.push_back(std::move(added));
    } else {
        qCWarning(dispatchLog, "%s can never be called: %s", m_name.constData(),
                  added->fault().constData());
    }
}

bool Handler::call(QObject *object, const Message &message, QObject *sender) const
{
    for (const auto &method : m_methods) {
        if (method->call(object, message, sender))
            return true;
    }
    if (!m_warned.exchange(true, std::memory_order_relaxed)) {
        qCWarning(dispatchLog, "%s: %s", m_name.constData(),
                  m_methods.front()->mismatch(message, sender).constData());
    }
    return false;
}

} // namespace QRepod
