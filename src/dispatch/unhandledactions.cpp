// SPDX-License-Identifier: MIT
#include "dispatch/unhandledactions.h"

#include "protocol/builtin.h"
#include "protocol/text.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(dispatchLog)

void UnhandledActions::note(QByteArrayView action, const Receiver &receiver, const QString &peer,
                            const std::function<QByteArray(QByteArrayView)> &findNearest)
{
    const QByteArray name = shownText(action).toUtf8();
    // Most games leave some of the built-in messages alone, and names with _ are not theirs.
    const bool isOfGame = !BuiltIn::isName(action) && !name.startsWith('_');
    if (!isOfGame || m_warned.size() >= maximumActions || !m_warned.insert(name).second) {
        qCDebug(dispatchLog) << "no handler for action" << name;
        return;
    }
    const QByteArray nearest = findNearest(name);
    QByteArray hint = "a handler is a slot, Q_INVOKABLE or signal named Network_" + name;
    if (receiver.lacksMacro)
        hint = "its class has no Q_OBJECT, so handlers in it are not found";
    else if (!nearest.isEmpty())
        hint = "did you mean " + nearest + '?';
    qCWarning(dispatchLog, "%s: nothing handles \"%s\" from %s: %s", receiver.className.constData(),
              name.constData(), qUtf8Printable(peer), hint.constData());
}

} // namespace QRepod
