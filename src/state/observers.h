// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <algorithm>
#include <vector>

namespace QRepod {

//! A list of observers. An observer that is being notified may remove others, or itself.
template <class Observer>
class Observers
{
public:
    Observers() = default;
    Q_DISABLE_COPY_MOVE(Observers)

    void add(Observer *observer) { m_list.push_back(observer); }
    void remove(Observer *observer) { std::erase(m_list, observer); }
    bool isEmpty() const { return m_list.empty(); }

    //! Calls \a function for each current observer.
    ///
    /// \return the observers it was called for.
    template <class Function>
    std::vector<Observer *> notify(Function function) const
    {
        return notify(std::vector<Observer *>(m_list), function);
    }

    //! Calls \a function for those of \a some that are still observers.
    template <class Function>
    std::vector<Observer *> notify(const std::vector<Observer *> &some, Function function) const
    {
        std::vector<Observer *> notified;
        for (Observer *const observer : some) {
            if (std::find(m_list.begin(), m_list.end(), observer) == m_list.end())
                continue;
            notified.push_back(observer);
            function(observer);
        }
        return notified;
    }

private:
    std::vector<Observer *> m_list;
};

} // namespace QRepod
