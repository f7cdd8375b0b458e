// SPDX-License-Identifier: MIT
#include "dispatch/handler.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_LOGGING_CATEGORY(dispatchLog, "qrepod.dispatch", QtWarningMsg)

Handler::Handler(const QByteArray &name)
    : m_name(name)
{
}

void Handler::add(const QMetaMethod &method, int optional, const Extras &extras,
                  Converters &converters)
{
    auto added = std::make_unique<const Method>(method, optional, extras, converters);
    if (added->fault().isEmpty()) {
        m_methods.push_back(std::move(added));
    } else {
        qCWarning(dispatchLog, "%s can never be called: %s", m_name.constData(),
                  added->fault().constData());
    }
}

bool Handler::call(QObject *object, const Call &call) const
{
    for (const auto &method : m_methods) {
        if (method->call(object, call))
            return true;
    }
    const bool isFirst = !m_warned.exchange(true, std::memory_order_relaxed);
    const bool isWanted = call.answer && call.answer->mismatch.isEmpty();
    if (!isFirst && !isWanted)
        return false;
    const QByteArray text = m_name + ": " + m_methods.front()->mismatch(call);
    if (isFirst)
        qCWarning(dispatchLog, "%s", text.constData());
    if (isWanted)
        call.answer->mismatch = QString::fromUtf8(text);
    return false;
}

} // namespace QRepod
