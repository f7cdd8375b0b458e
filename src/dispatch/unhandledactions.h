// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>

#include <functional>
#include <set>
#include <typeinfo>

namespace QRepod {

//! Tells of messages that reached nobody: a mistyped name, mostly.
///
/// It warns of each action once, and of 32 at most, for a peer can make up any number of them. The
/// rest is for the debug log.
///
/// Used in the thread of the receivers.
class UnhandledActions
{
public:
    static constexpr size_t maximumActions = 32;

    //! Who had no handler for a message.
    struct Receiver
    {
        //! \a object derives from Base, of this library, or is one.
        template <class Base>
        static Receiver of(const Base &object)
        {
            return {object.metaObject()->className(),
                    object.metaObject() == &Base::staticMetaObject
                        && typeid(object) != typeid(Base)};
        }

        QByteArray className;
        bool lacksMacro; ///< Q_OBJECT, so Qt knows only the base
    };

    //! \a findNearest finds the handler that may have been meant.
    void note(QByteArrayView action, const Receiver &receiver, const QString &peer,
              const std::function<QByteArray(QByteArrayView)> &findNearest);

private:
    std::set<QByteArray> m_warned;
};

} // namespace QRepod
