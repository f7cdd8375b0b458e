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
    const bool mayWarn = m_mayWarn.load(std::memory_order_relaxed);
    const bool isWanted = call.answer && call.answer->mismatch.isEmpty();
    if (!mayWarn && !isWanted)
        return false;
    const Method::Mismatch mismatch = m_methods.front()->mismatch(call);
    const QByteArray text = m_name + ": " + mismatch.text;
    if (mayWarn && isNewKind(mismatch.kind))
        qCWarning(dispatchLog, "%s", text.constData());
    if (isWanted)
        call.answer->mismatch = QString::fromUtf8(text);
    return false;
}

//! Whether no warning has told of this \a kind of mismatch; after a few kinds nothing is news.
bool Handler::isNewKind(size_t kind) const
{
    constexpr size_t mostWarnings = 8;
    const std::lock_guard lock(m_mutex);
    if (m_warned.size() >= mostWarnings || !m_warned.insert(kind).second)
        return false;
    m_mayWarn.store(m_warned.size() < mostWarnings, std::memory_order_relaxed);
    return true;
}

} // namespace QRepod
