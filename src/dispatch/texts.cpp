// SPDX-License-Identifier: MIT
#include "dispatch/texts.h"

#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <utility>

namespace QRepod {

namespace {

bool isText(const Value &value)
{
    return value.kind() == Value::Kind::Text;
}

template <class T>
bool assign(void *target, T object)
{
    *static_cast<T *>(target) = std::move(object);
    return true;
}

} // namespace

bool toText(const Value &value, void *target)
{
    return isText(value) && assign(target, value.toText());
}

bool toUrl(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    const QUrl url(text, QUrl::StrictMode);
    return (url.isValid() || text.isEmpty()) && assign(target, url);
}

bool toUuid(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    // QUuid takes text that merely begins like a uuid, and makes a null one of any other.
    const QString text = value.toText();
    const QUuid uuid(text);
    const auto format = text.startsWith(u'{') ? QUuid::WithBraces : QUuid::WithoutBraces;
    return text.compare(uuid.toString(format), Qt::CaseInsensitive) == 0 && assign(target, uuid);
}

bool toChar(const Value &value, void *target)
{
    if (!isText(value))
        return false;
    const QString text = value.toText();
    return text.size() == 1 && assign(target, text.front());
}

} // namespace QRepod
